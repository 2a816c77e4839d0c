/// SHA-256 (FIPS 180-4), for less than half a gigabyte.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import Nat "mo:core/Nat";
import Nat32 "mo:core/Nat32";
import Nat8 "mo:core/Nat8";
import Order "mo:core/Order";
import VarArray "mo:core/VarArray";

module {
  let K : [Nat32] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  ];

  /// A hash as eight words: hashing hashes needs no bytes.
  public type Words = [var Nat32];

  public func of(bytes : Blob) : Blob = toBlob(words bytes);

  public func words(bytes : Blob) : Words {
    let state = begin();
    let block = VarArray.repeat<Nat32>(0, 64);
    var position = 0;
    var word : Nat32 = 0;
    var inWord = 0;
    for (byte in bytes.vals()) {
      word := (word << 8) | Nat8.toNat32(byte);
      inWord += 1;
      if (inWord == 4) {
        block[position] := word;
        word := 0;
        inWord := 0;
        position += 1;
        if (position == 16) {
          compress(state, block);
          position := 0;
        };
      };
    };
    word := (word << 8) | 0x80;
    while (inWord < 3) {
      word <<= 8;
      inWord += 1;
    };
    finish(state, block, position, word, bytes.size());
    state;
  };

  /// The hash of hashes, one behind the other.
  public func ofWords(hashes : [Words]) : Words {
    let state = begin();
    let block = VarArray.repeat<Nat32>(0, 64);
    var position = 0;
    for (hash in hashes.vals()) {
      for (word in hash.vals()) {
        block[position] := word;
        position += 1;
      };
      if (position == 16) {
        compress(state, block);
        position := 0;
      };
    };
    finish(state, block, position, 0x8000_0000, hashes.size() * 32);
    state;
  };

  func begin() : Words = [var 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

  /// Puts the last word with its padding, zeros, and the length in bits.
  func finish(state : Words, block : [var Nat32], end : Nat, last : Nat32, bytes : Nat) {
    block[end] := last;
    var position = end + 1;
    if (position > 14) {
      while (position < 16) {
        block[position] := 0;
        position += 1;
      };
      compress(state, block);
      position := 0;
    };
    while (position < 15) {
      block[position] := 0;
      position += 1;
    };
    block[15] := Nat32.fromNat(bytes * 8);
    compress(state, block);
  };

  func compress(state : Words, w : [var Nat32]) {
    var i = 16;
    while (i < 64) {
      let x = w[i - 15 : Nat];
      let y = w[i - 2 : Nat];
      let s0 = (x <>> 7) ^ (x <>> 18) ^ (x >> 3);
      let s1 = (y <>> 17) ^ (y <>> 19) ^ (y >> 10);
      w[i] := w[i - 16 : Nat] +% s0 +% w[i - 7 : Nat] +% s1;
      i += 1;
    };
    var a = state[0];
    var b = state[1];
    var c = state[2];
    var d = state[3];
    var e = state[4];
    var f = state[5];
    var g = state[6];
    var h = state[7];
    i := 0;
    while (i < 64) {
      let s1 = (e <>> 6) ^ (e <>> 11) ^ (e <>> 25);
      let t1 = h +% s1 +% ((e & f) ^ (^e & g)) +% K[i] +% w[i];
      let s0 = (a <>> 2) ^ (a <>> 13) ^ (a <>> 22);
      let t2 = s0 +% ((a & b) ^ (a & c) ^ (b & c));
      h := g;
      g := f;
      f := e;
      e := d +% t1;
      d := c;
      c := b;
      b := a;
      a := t1 +% t2;
      i += 1;
    };
    state[0] +%= a;
    state[1] +%= b;
    state[2] +%= c;
    state[3] +%= d;
    state[4] +%= e;
    state[5] +%= f;
    state[6] +%= g;
    state[7] +%= h;
  };

  public func compare(a : Words, b : Words) : Order.Order {
    for (i in Nat.range(0, 8)) if (a[i] != b[i]) return Nat32.compare(a[i], b[i]);
    #equal;
  };

  public func toBlob(state : Words) : Blob {
    Blob.fromArray(Array.tabulate<Nat8>(32, func(i) {
      let shift = Nat32.fromNat((3 - (i % 4) : Nat) * 8);
      Nat8.fromNat(Nat32.toNat((state[i / 4] >> shift) & 0xff));
    }));
  };
};
