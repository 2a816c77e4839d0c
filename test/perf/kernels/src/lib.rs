//! Ten compute kernels for the engine's benchmark and for determinism tests: each an update method without System API calls.
//! Built by build.sh into kernels32.wasm and kernels64.wasm.
#![no_std]
#![feature(core_intrinsics)]
#![allow(internal_features)]
extern crate alloc;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::intrinsics::sqrtf64;

const ARENA_BYTES: usize = 4 << 20;

/// Gives memory from one block; every kernel begins with an empty one.
struct Arena {
    bytes: UnsafeCell<[u8; ARENA_BYTES]>,
    used: UnsafeCell<usize>,
}

unsafe impl Sync for Arena {}

unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = &mut *self.used.get();
        let start = (*used + layout.align() - 1) & !(layout.align() - 1);
        if start + layout.size() > ARENA_BYTES {
            return core::ptr::null_mut();
        }
        *used = start + layout.size();
        (self.bytes.get() as *mut u8).add(start)
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ARENA: Arena = Arena { bytes: UnsafeCell::new([0; ARENA_BYTES]), used: UnsafeCell::new(0) };

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::intrinsics::abort()
}

/// Where results go, so that no kernel is optimised away.
#[no_mangle]
pub static mut RESULT: u64 = 0;

fn finish(result: u64) {
    unsafe {
        RESULT = RESULT.rotate_left(5) ^ result;
        *ARENA.used.get() = 0;
    }
}

fn random(state: &mut u32) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state
}

fn random_bytes(count: usize) -> Vec<u8> {
    let mut seed = 0x9e37_79b9;
    (0..count).map(|_| random(&mut seed) as u8).collect()
}

#[export_name = "canister_update fib"]
pub extern "C" fn fib() {
    #[inline(never)]
    fn fib(n: u32) -> u32 {
        if n < 2 { n } else { fib(core::hint::black_box(n - 1)) + fib(n - 2) }
    }
    finish(fib(25) as u64);
}

#[export_name = "canister_update sort"]
pub extern "C" fn sort() {
    let mut seed = 12345;
    let mut numbers: Vec<u32> = (0..30_000).map(|_| random(&mut seed)).collect();
    numbers.sort_unstable();
    finish(numbers[100] as u64 ^ numbers[29_999] as u64);
}

#[export_name = "canister_update matmul"]
pub extern "C" fn matmul() {
    const N: usize = 96;
    let a: Vec<f64> = (0..N * N).map(|i| (i % 17) as f64 * 0.25).collect();
    let b: Vec<f64> = (0..N * N).map(|i| (i % 23) as f64 * 0.5).collect();
    let mut c = vec![0.0f64; N * N];
    for row in 0..N {
        for column in 0..N {
            let mut sum = 0.0;
            for k in 0..N {
                sum += a[row * N + k] * b[k * N + column];
            }
            c[row * N + column] = sum;
        }
    }
    finish(c.iter().sum::<f64>().to_bits());
}

#[export_name = "canister_update format"]
pub extern "C" fn format_text() {
    let mut text = String::new();
    for number in 0..3_000u32 {
        let line = format!("{}: {:x} {}\n", number, number * 31, "icicle");
        text.push_str(&line[line.len() / 2..]);
    }
    finish(text.bytes().map(u64::from).sum());
}

#[export_name = "canister_update btree"]
pub extern "C" fn btree() {
    let mut map = BTreeMap::new();
    let mut seed = 99;
    for _ in 0..6_000 {
        let key = random(&mut seed) % 4_096;
        *map.entry(key).or_insert(0u32) += key;
        if key & 3 == 0 {
            map.remove(&(key / 2));
        }
    }
    finish(map.range(100..3_000).map(|(key, value)| (key ^ value) as u64).sum());
}

#[export_name = "canister_update scatter"]
pub extern "C" fn scatter() {
    let mut table = vec![0u64; 1 << 17];
    let mut seed = 7;
    for turn in 0..200_000u64 {
        let at = random(&mut seed) as usize & ((1 << 17) - 1);
        table[at] = table[at].wrapping_add(turn);
    }
    finish(table.iter().fold(0, |sum, value| sum ^ value));
}

#[export_name = "canister_update bytes"]
pub extern "C" fn bytes() {
    let text = random_bytes(1 << 16);
    let mut counts = [0u32; 256];
    let mut sum = 0u32;
    for _ in 0..8 {
        for &byte in &text {
            counts[byte as usize] += 1;
            sum = (sum ^ byte as u32).wrapping_mul(16_777_619);
        }
    }
    finish(sum as u64 + counts[65] as u64);
}

#[export_name = "canister_update memcpy"]
pub extern "C" fn memcpy() {
    let mut block = random_bytes(1 << 18);
    for turn in 0..64usize {
        block.copy_within(turn..(1 << 17), 1 << 17);
        block.copy_within((1 << 17)..(1 << 18) - 64, turn);
    }
    finish(block[12_345] as u64);
}

#[export_name = "canister_update nbody"]
pub extern "C" fn nbody() {
    const BODIES: usize = 5;
    let mut position = [[0.0f64; 3]; BODIES];
    let mut velocity = [[0.0f64; 3]; BODIES];
    for body in 0..BODIES {
        for axis in 0..3 {
            position[body][axis] = (body * 7 + axis * 3) as f64 * 0.37 - 3.0;
            velocity[body][axis] = (body + axis) as f64 * 0.01;
        }
    }
    for _ in 0..3_000 {
        for one in 0..BODIES {
            for other in one + 1..BODIES {
                let mut distance = 0.01;
                let mut difference = [0.0; 3];
                for axis in 0..3 {
                    difference[axis] = position[one][axis] - position[other][axis];
                    distance += difference[axis] * difference[axis];
                }
                let force = 0.001 / (distance * sqrtf64(distance));
                for axis in 0..3 {
                    velocity[one][axis] -= difference[axis] * force;
                    velocity[other][axis] += difference[axis] * force;
                }
            }
        }
        for body in 0..BODIES {
            for axis in 0..3 {
                position[body][axis] += velocity[body][axis] * 0.01;
            }
        }
    }
    finish(position[2][1].to_bits());
}

const ROUND: [u32; 64] = round_constants();

/// Fractional parts of the cube roots of the first 64 primes. FIPS 180-4, section 4.2.2.
const fn round_constants() -> [u32; 64] {
    let mut constants = [0; 64];
    let mut count = 0;
    let mut candidate: u128 = 2;
    while count < 64 {
        let mut divisor = 2;
        while divisor * divisor <= candidate && candidate % divisor != 0 {
            divisor += 1;
        }
        if divisor * divisor > candidate {
            // The cube root scaled by 2^32, bit by bit.
            let mut root: u128 = 0;
            let mut bit: u128 = 1 << 36;
            while bit > 0 {
                let next = root + bit;
                if next * next * next <= candidate << 96 {
                    root = next;
                }
                bit >>= 1;
            }
            constants[count] = root as u32;
            count += 1;
        }
        candidate += 1;
    }
    constants
}

fn sha256_block(state: &mut [u32; 8], block: &[u8]) {
    let mut words = [0u32; 64];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    for at in 16..64 {
        let (early, late) = (words[at - 15], words[at - 2]);
        let small = early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3);
        let large = late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10);
        words[at] = words[at - 16].wrapping_add(small).wrapping_add(words[at - 7]).wrapping_add(large);
    }
    let mut v = *state;
    for at in 0..64 {
        let mix = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
        let choice = (v[4] & v[5]) ^ (!v[4] & v[6]);
        let first = v[7].wrapping_add(mix).wrapping_add(choice).wrapping_add(ROUND[at]).wrapping_add(words[at]);
        let other = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
        let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        v = [first.wrapping_add(other).wrapping_add(majority), v[0], v[1], v[2], v[3].wrapping_add(first), v[4], v[5], v[6]];
    }
    for (word, added) in state.iter_mut().zip(v) {
        *word = word.wrapping_add(added);
    }
}

#[export_name = "canister_update sha256"]
pub extern "C" fn sha256() {
    let text = random_bytes(1 << 15);
    let mut state = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
    for block in text.chunks_exact(64) {
        sha256_block(&mut state, block);
    }
    finish((state[0] as u64) << 32 | state[7] as u64);
}
