//! Greets, and counts how often it was asked to. The count lies in stable memory: it keeps its value when the canister is upgraded.

use ic_cdk::{query, update};
use ic_stable_structures::memory_manager::{MemoryId, MemoryManager, VirtualMemory};
use ic_stable_structures::{DefaultMemoryImpl, StableCell};
use std::cell::RefCell;

type Memory = VirtualMemory<DefaultMemoryImpl>;

const COUNT: MemoryId = MemoryId::new(0);

thread_local! {
    static MEMORIES: MemoryManager<DefaultMemoryImpl> = MemoryManager::init(DefaultMemoryImpl::default());
    static COUNTER: RefCell<StableCell<u64, Memory>> =
        RefCell::new(StableCell::init(MEMORIES.with(|memories| memories.get(COUNT)), 0));
}

#[query]
fn greet(name: String) -> String {
    format!("Hello, {name}!")
}

#[update]
fn increment() -> candid::Nat {
    COUNTER.with_borrow_mut(|counter| {
        let count = counter.get() + 1;
        counter.set(count);
        count.into()
    })
}

#[query]
fn get() -> candid::Nat {
    COUNTER.with_borrow(|counter| (*counter.get()).into())
}

ic_cdk::export_candid!();
