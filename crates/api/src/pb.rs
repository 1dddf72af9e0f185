//! Generated from `proto/hanse/v1/*.proto`.
#![allow(missing_docs, unused_qualifications, clippy::all, clippy::pedantic)]

tonic::include_proto!("hanse.v1");
