/// A growing byte string.

import Blob "mo:core/Blob";
import Nat "mo:core/Nat";
import VarArray "mo:core/VarArray";

module {
  public type Bytes = {var data : [var Nat8]; var size : Nat};

  public func empty() : Bytes = {var data = VarArray.repeat<Nat8>(0, 1024); var size = 0};

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

  public func finish(bytes : Bytes) : Blob = Blob.fromArray(VarArray.sliceToArray(bytes.data, 0, bytes.size));

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
};
