/// A growing byte string.

import Blob "mo:core/Blob";
import Nat "mo:core/Nat";
import Nat8 "mo:core/Nat8";
import Runtime "mo:core/Runtime";
import Text "mo:core/Text";
import VarArray "mo:core/VarArray";

module {
  public type Bytes = {var data : [var Nat8]; var size : Nat};

  public func empty() : Bytes = {var data = VarArray.repeat<Nat8>(0, 128); var size = 0};

  public func byte(bytes : Bytes, value : Nat8) {
    reserve(bytes, 1);
    bytes.data[bytes.size] := value;
    bytes.size += 1;
  };

  public func blob(bytes : Bytes, value : Blob) {
    reserve(bytes, value.size());
    var at = bytes.size;
    for (each in value.vals()) {
      bytes.data[at] := each;
      at += 1;
    };
    bytes.size := at;
  };

  public func finish(bytes : Bytes) : Blob = Blob.fromVarArray(if (bytes.size == bytes.data.size()) bytes.data else VarArray.sliceToVarArray(bytes.data, 0, bytes.size));

  func reserve(bytes : Bytes, more : Nat) {
    let needed = bytes.size + more;
    if (needed <= bytes.data.size()) return;
    let grown = VarArray.repeat<Nat8>(0, Nat.max(needed, 2 * bytes.data.size()));
    var at = 0;
    while (at < bytes.size) {
      grown[at] := bytes.data[at];
      at += 1;
    };
    bytes.data := grown;
  };

  /// With padding. RFC 4648.
  public func base64(input : Blob) : Text {
    let size = (input.size() + 2) / 3 * 4;
    let out = VarArray.repeat<Nat8>(61, size);
    let bytes = input.vals();
    var at = 0;
    label groups loop {
      let ?first = bytes.next() else break groups;
      let second = bytes.next();
      let third = bytes.next();
      let middle = orZero(second);
      let last = orZero(third);
      out[at] := ALPHABET[Nat8.toNat(first >> 2)];
      out[at + 1] := ALPHABET[Nat8.toNat(((first & 3) << 4) | (middle >> 4))];
      if (second != null) out[at + 2] := ALPHABET[Nat8.toNat(((middle & 15) << 2) | (last >> 6))];
      if (third != null) out[at + 3] := ALPHABET[Nat8.toNat(last & 63)];
      at += 4;
    };
    let ?text = Text.decodeUtf8(Blob.fromVarArray(out)) else Runtime.unreachable();
    text;
  };

  let ALPHABET : Blob = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  func orZero(byte : ?Nat8) : Nat8 = switch byte {
    case (?value) value;
    case null 0;
  };
};
