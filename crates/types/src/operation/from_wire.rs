//! Reads operations from protobuf, one function each.

use super::{Operation, OperationError, fields::Fields};
use crate::{LockId, MemberId, PublicKey, TimeMs, VoteLogId, wire};

type Read = Result<Operation, OperationError>;

impl Operation {
    /// Reads an operation from its wire form.
    ///
    /// # Errors
    /// [`OperationError`] names the first bad field.
    pub fn from_wire(operation: &wire::Operation) -> Read {
        use wire::operation::Operation as Wire;
        let missing =
            OperationError { operation: "operation", field: "kind", expected: "must be one of this release" };
        match operation.operation.as_ref().ok_or(missing)? {
            Wire::RegisterMember(o) => register_member(o),
            Wire::RegisterAccount(o) => register_account(o),
            Wire::RotateKeys(o) => rotate_keys(o),
            Wire::SetRoles(o) => set_roles(o),
            Wire::SetStatus(o) => set_status(o),
            Wire::CreateAsset(o) => create_asset(o),
            Wire::Issue(o) => issue(o),
            Wire::Redeem(o) => redeem(o),
            Wire::Transfer(o) => transfer(o),
            Wire::Lock(o) => lock(o),
            Wire::Unlock(o) => unlock(o),
            Wire::SetHolder(o) => set_holder(o),
            Wire::Rejoin(o) => rejoin(o),
        }
    }
}

fn register_member(o: &wire::RegisterMember) -> Read {
    let read = Fields("register_member");
    Ok(Operation::RegisterMember {
        source: read.account("source", &o.source)?,
        name: o.name.clone(),
        contact: o.contact.clone(),
        admin_keys: read.keys("admin_keys", o.admin_keys.as_ref())?,
    })
}

fn register_account(o: &wire::RegisterAccount) -> Read {
    let read = Fields("register_account");
    Ok(Operation::RegisterAccount {
        source: read.account("source", &o.source)?,
        member: MemberId::from_slice(&o.member).ok_or(read.length("member"))?,
        salt: o.salt,
        keys: read.keys("keys", o.keys.as_ref())?,
        roles: read.roles(&o.roles)?,
        name: o.name.clone(),
    })
}

fn rotate_keys(o: &wire::RotateKeys) -> Read {
    let read = Fields("rotate_keys");
    let source = read.account("source", &o.source)?;
    Ok(Operation::RotateKeys { source, keys: read.keys("keys", o.keys.as_ref())? })
}

fn set_roles(o: &wire::SetRoles) -> Read {
    let read = Fields("set_roles");
    Ok(Operation::SetRoles {
        source: read.account("source", &o.source)?,
        account: read.account("account", &o.account)?,
        roles: read.roles(&o.roles)?,
    })
}

fn set_status(o: &wire::SetStatus) -> Read {
    let read = Fields("set_status");
    Ok(Operation::SetStatus {
        source: read.account("source", &o.source)?,
        account: read.account("account", &o.account)?,
        status: read.status(o.status)?,
    })
}

fn create_asset(o: &wire::CreateAsset) -> Read {
    let read = Fields("create_asset");
    Ok(Operation::CreateAsset {
        source: read.account("source", &o.source)?,
        name: o.name.clone(),
        decimals: o.decimals,
        policy: read.policy(o.policy)?,
    })
}

fn issue(o: &wire::Issue) -> Read {
    let read = Fields("issue");
    Ok(Operation::Issue {
        source: read.account("source", &o.source)?,
        asset: read.asset(&o.asset)?,
        to: read.account("to", &o.to)?,
        amount: read.amount(&o.amount)?,
    })
}

fn redeem(o: &wire::Redeem) -> Read {
    let read = Fields("redeem");
    Ok(Operation::Redeem {
        source: read.account("source", &o.source)?,
        asset: read.asset(&o.asset)?,
        amount: read.amount(&o.amount)?,
    })
}

fn transfer(o: &wire::Transfer) -> Read {
    let read = Fields("transfer");
    Ok(Operation::Transfer {
        source: read.account("source", &o.source)?,
        asset: read.asset(&o.asset)?,
        to: read.account("to", &o.to)?,
        amount: read.amount(&o.amount)?,
    })
}

fn lock(o: &wire::Lock) -> Read {
    let read = Fields("lock");
    Ok(Operation::Lock {
        source: read.account("source", &o.source)?,
        asset: read.asset(&o.asset)?,
        beneficiary: read.account("beneficiary", &o.beneficiary)?,
        amount: read.amount(&o.amount)?,
        expires: TimeMs::new(o.expires_ms),
        hash: read.optional_hash(&o.hash)?,
    })
}

fn unlock(o: &wire::Unlock) -> Read {
    let read = Fields("unlock");
    Ok(Operation::Unlock {
        source: read.account("source", &o.source)?,
        lock: LockId::from_slice(&o.lock).ok_or(read.length("lock"))?,
        preimage: o.preimage.to_vec(),
    })
}

fn set_holder(o: &wire::SetHolder) -> Read {
    let read = Fields("set_holder");
    Ok(Operation::SetHolder {
        source: read.account("source", &o.source)?,
        asset: read.asset(&o.asset)?,
        account: read.account("account", &o.account)?,
        allowed: o.allowed,
    })
}

fn rejoin(o: &wire::Rejoin) -> Read {
    let read = Fields("rejoin");
    Ok(Operation::Rejoin {
        validator: PublicKey::from_slice(&o.validator).ok_or(read.length("validator"))?,
        vote_log: VoteLogId::from_slice(&o.vote_log).ok_or(read.length("vote_log"))?,
    })
}
