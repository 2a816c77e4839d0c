/// Blocks as generic values, their hashes, and the certified tip of a chain of them. Source: ICRC-3.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import List "mo:core/List";
import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Nat8 "mo:core/Nat8";
import Order "mo:core/Order";
import Text "mo:core/Text";
import Sha256 "Sha256";

module {
  public type Value = {#Nat : Nat; #Int : Int; #Text : Text; #Blob : Blob; #Array : [Value]; #Map : [(Text, Value)]};

  /// Representation-independent hashes; the names of fields, which are few, are hashed once.
  public class Hasher() {
    let names = Map.empty<Text, Sha256.Words>();

    public func hash(value : Value) : Blob = Sha256.toBlob(words value);

    func words(value : Value) : Sha256.Words {
      switch value {
        case (#Nat n) Sha256.words(leb128(n));
        case (#Int n) Sha256.words(sleb128(n));
        case (#Text text) Sha256.words(Text.encodeUtf8(text));
        case (#Blob bytes) Sha256.words bytes;
        case (#Array values) Sha256.ofWords(Array.map<Value, Sha256.Words>(values, words));
        case (#Map entries) {
          let pairs = Array.map<(Text, Value), (Sha256.Words, Sha256.Words)>(entries, func(name, inner) = (nameWords name, words inner));
          let sorted = Array.sort<(Sha256.Words, Sha256.Words)>(pairs, func(a, b) : Order.Order = Sha256.compare(a.0, b.0));
          Sha256.ofWords(Array.tabulate<Sha256.Words>(2 * sorted.size(), func(i) = if (i % 2 == 0) sorted[i / 2].0 else sorted[i / 2].1));
        };
      };
    };

    func nameWords(name : Text) : Sha256.Words {
      switch (Map.get(names, Text.compare, name)) {
        case (?known) known;
        case null {
          let found = Sha256.words(Text.encodeUtf8(name));
          Map.add(names, Text.compare, name, found);
          found;
        };
      };
    };
  };

  public func leb128(number : Nat) : Blob {
    let bytes = List.empty<Nat8>();
    var rest = number;
    while (rest >= 128) {
      List.add(bytes, Nat8.fromNat(rest % 128 + 128));
      rest /= 128;
    };
    List.add(bytes, Nat8.fromNat(rest));
    Blob.fromArray(List.toArray(bytes));
  };

  func sleb128(number : Int) : Blob {
    let bytes = List.empty<Nat8>();
    var rest = number;
    loop {
      let low = ((rest % 128) + 128) % 128;
      rest := (rest - low) / 128;
      let isLast = (rest == 0 and low < 64) or (rest == -1 and low >= 64);
      List.add(bytes, Nat8.fromNat(Nat.fromInt(if isLast low else low + 128)));
      if isLast return Blob.fromArray(List.toArray(bytes));
    };
  };

  /// What certified data is set to: root hash of the tree of `tipTree`.
  public func tipRoot(index : Nat, blockHash : Blob) : Blob {
    fork(labeled("last_block_hash", leaf(blockHash)), labeled("last_block_index", leaf(leb128(index))));
  };

  /// The same tree, CBOR: `[1, [2, "last_block_hash", [3, hash]], [2, "last_block_index", [3, leb128]]]`.
  public func tipTree(index : Nat, blockHash : Blob) : Blob {
    let bytes = List.empty<Nat8>();
    let put = func(more : [Nat8]) = for (byte in more.vals()) List.add(bytes, byte);
    let string = func(content : Blob) {
      if (content.size() < 24) put([0x40 + Nat8.fromNat(content.size())]) else put([0x58, Nat8.fromNat(content.size())]);
      put(Blob.toArray(content));
    };
    let entry = func(name : Text, content : Blob) {
      put([0x83, 0x02]);
      string(Text.encodeUtf8(name));
      put([0x82, 0x03]);
      string(content);
    };
    put([0xd9, 0xd9, 0xf7, 0x83, 0x01]);
    entry("last_block_hash", blockHash);
    entry("last_block_index", leb128(index));
    Blob.fromArray(List.toArray(bytes));
  };

  public func leaf(content : Blob) : Blob = separated("ic-hashtree-leaf", [content]);
  public func labeled(name : Text, inner : Blob) : Blob = separated("ic-hashtree-labeled", [Text.encodeUtf8(name), inner]);
  public func fork(left : Blob, right : Blob) : Blob = separated("ic-hashtree-fork", [left, right]);

  func separated(domain : Text, parts : [Blob]) : Blob {
    let name = Text.encodeUtf8(domain);
    let length = Blob.fromArray([Nat8.fromNat(name.size())]);
    Sha256.of(Blob.fromArray(Array.flatten<Nat8>(Array.map<Blob, [Nat8]>(Array.concat<Blob>([length, name], parts), Blob.toArray))));
  };
};
