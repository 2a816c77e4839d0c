import assert from 'node:assert/strict'
import {generateRust} from '../../../../src/candid/bindings/rust.js'
import {parseDid} from '../../../../src/candid/did.js'
import {managementInterface} from '../../../../src/candid/management.js'

describe('generateRust', () => {
  it('writes types and a service', () =>
    assert.equal(
      generateRust(
        parseDid(`
type list = opt record { head : int; tail : list };
type Result = variant { ok : record { id : nat64; data : blob }; Err : text; nothing };
type Callback = func (Result) -> () oneway;
service : (record { type : principal; 5 : opt Callback }) -> {
  "do it" : (list, nat) -> (Result, vec nat32);
  getAll : () -> (vec record { a : nat }) query;
}`),
      ),
      `// This is a generated Rust binding of a Candid interface. Adjust types where you like others better.
#![allow(dead_code, unused_imports)]
use candid::{self, CandidType, Deserialize, Principal};
use ic_cdk::call::{Call, CallResult};

candid::define_function!(pub Callback : (Result) -> () oneway);

#[derive(CandidType, Deserialize)]
pub enum Result {
  #[serde(rename = "ok")]
  Ok {
    id: u64,
    data: serde_bytes::ByteBuf,
  },
  Err(String),
  #[serde(rename = "nothing")]
  Nothing,
}

#[derive(CandidType, Deserialize)]
pub struct List(pub Option<ListInner>);

#[derive(CandidType, Deserialize)]
pub struct ListInner {
  pub head: candid::Int,
  pub tail: Box<List>,
}

#[derive(CandidType, Deserialize)]
pub struct GetAllRet0Item {
  pub a: candid::Nat,
}

#[derive(CandidType, Deserialize)]
pub struct InitArg0 {
  pub _5_: Option<Callback>,
  pub r#type: Principal,
}

/// Arguments of the constructor.
pub type InitArgs = (InitArg0,);

pub struct Service(pub Principal);

impl Service {
  pub async fn do_it(&self, arg0: &List, arg1: &candid::Nat) -> CallResult<(Result, Vec<u32>,)> {
    Ok(Call::unbounded_wait(self.0, "do it").with_args(&(arg0, arg1,)).await?.candid_tuple()?)
  }
  pub async fn get_all(&self) -> CallResult<(Vec<GetAllRet0Item>,)> {
    Ok(Call::unbounded_wait(self.0, "getAll").with_args(&()).await?.candid_tuple()?)
  }
}
`,
    ))

  it('defines every name once', () => {
    const names = [...generateRust(managementInterface()).matchAll(/^pub (?:struct|enum|type) (\w+)/gm)].map((match) => match[1]!)
    assert.ok(names.length > 60)
    assert.equal(new Set(names).size, names.length)
  })

  it('would notice a type of infinite size (planted bug)', () => {
    const rust = generateRust(parseDid('type Tree = variant { leaf; node : record { Tree; Tree } }; type Rose = vec Rose'))
    assert.match(rust, /Node\(\(Box<Tree>, Box<Tree>,\)\)/)
    assert.match(rust, /pub struct Rose\(pub Vec<Rose>\);/)
  })
})
