/// Accounts as keys of a ledger whose accounts are all principals with subaccounts: `length of owner ‖ owner ‖ subaccount`, the last only when
/// it is not the default.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import Nat8 "mo:core/Nat8";
import Principal "mo:core/Principal";
import Runtime "mo:core/Runtime";
import Icrc "Icrc";
import Icrc3 "Icrc3";
import Ledger "Ledger";

module {
  /// Traps when the subaccount is not of 32 bytes.
  public func keyOf({owner; subaccount} : Icrc.Account) : Ledger.Key {
    let bytes = Blob.toArray(Principal.toBlob owner);
    let tail = switch subaccount {
      case null [];
      case (?given) {
        if (given.size() != 32) Runtime.trap("A subaccount has 32 bytes.");
        if (isDefault given) [] else Blob.toArray given;
      };
    };
    Blob.fromArray(Array.flatten<Nat8>([[Nat8.fromNat(bytes.size())], bytes, tail]));
  };

  public func ofKey(key : Ledger.Key) : Icrc.Account {
    let bytes = Blob.toArray key;
    let end = 1 + Nat8.toNat(bytes[0]);
    let subaccount = if (bytes.size() == end) null else ?Blob.fromArray(Array.sliceToArray(bytes, end, bytes.size()));
    {owner = Principal.fromBlob(Blob.fromArray(Array.sliceToArray(bytes, 1, end))); subaccount};
  };

  /// As ICRC-3 shows it.
  public func describe(key : Ledger.Key) : Icrc3.Value {
    let {owner; subaccount} = ofKey key;
    let name : Icrc3.Value = #Blob(Principal.toBlob owner);
    switch subaccount {
      case null #Array([name]);
      case (?bytes) #Array([name, #Blob bytes]);
    };
  };

  func isDefault(subaccount : Blob) : Bool {
    for (byte in subaccount.vals()) if (byte != 0) return false;
    true;
  };
};
