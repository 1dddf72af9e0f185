//! Members, accounts, keys, roles and states.

mod register_account;
mod register_member;
mod rotate_keys;
mod set_roles;
mod set_status;

pub(crate) use register_account::{NewAccount, register_account};
pub(crate) use register_member::register_member;
pub(crate) use rotate_keys::rotate_keys;
pub(crate) use set_roles::set_roles;
pub(crate) use set_status::set_status;
