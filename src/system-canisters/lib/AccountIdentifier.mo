/// Accounts as the legacy interface of the ICP ledger names them: `crc32 ‖ sha224("\0Aaccount-id" ‖ principal ‖ subaccount)`.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import Char "mo:core/Char";
import Nat "mo:core/Nat";
import Nat32 "mo:core/Nat32";
import Nat8 "mo:core/Nat8";
import Principal "mo:core/Principal";
import Runtime "mo:core/Runtime";
import Text "mo:core/Text";
import VarArray "mo:core/VarArray";
import Icrc "Icrc";

module {
  public type AccountIdentifier = Blob;

  /// Traps when the subaccount is not of 32 bytes.
  public func ofAccount({owner; subaccount} : Icrc.Account) : AccountIdentifier {
    switch subaccount {
      case (?bytes) if (bytes.size() != 32) Runtime.trap("A subaccount has 32 bytes.");
      case null {};
    };
    Principal.toLedgerAccount(owner, subaccount);
  };

  /// Subaccount of a service that a principal pays into: its length, its bytes, zeros.
  public func subaccountOf(principal : Principal) : Blob {
    let bytes = Blob.toArray(Principal.toBlob(principal));
    Blob.fromArray(Array.tabulate<Nat8>(32, func(i) {
      if (i == 0) Nat8.fromNat(bytes.size()) else if (i <= bytes.size()) bytes[i - 1 : Nat] else 0;
    }));
  };

  /// 32 bytes with the right checksum.
  public func isValid(account : AccountIdentifier) : Bool {
    if (account.size() != 32) return false;
    let bytes = Blob.toArray(account);
    let checksum = crc32(Array.sliceToArray(bytes, 4, 32));
    var given : Nat32 = 0;
    for (i in Nat.range(0, 4)) given := (given << 8) | Nat8.toNat32(bytes[i]);
    given == checksum;
  };

  func crc32(bytes : [Nat8]) : Nat32 {
    var crc : Nat32 = 0xffffffff;
    for (byte in bytes.vals()) {
      crc ^= Nat8.toNat32(byte);
      for (_ in Nat.range(0, 8)) crc := if (crc & 1 == 1) (crc >> 1) ^ 0xedb88320 else crc >> 1;
    };
    ^crc;
  };

  /// Hexadecimal → bytes. Traps on anything else.
  public func fromText(text : Text) : AccountIdentifier {
    let digits = Array.map<Char, Nat8>(Text.toArray(text), digitOf);
    if (digits.size() % 2 == 1) Runtime.trap("An account identifier has an even number of digits.");
    let bytes = VarArray.repeat<Nat8>(0, digits.size() / 2);
    for (i in Nat.range(0, bytes.size())) bytes[i] := digits[2 * i] * 16 + digits[2 * i + 1];
    let account = Blob.fromVarArray(bytes);
    if (not isValid account) Runtime.trap("Not an account identifier: " # text);
    account;
  };

  public func toText(account : AccountIdentifier) : Text {
    let digits = Text.toArray("0123456789abcdef");
    var text = "";
    for (byte in account.vals()) {
      let n = Nat8.toNat(byte);
      text #= Char.toText(digits[n / 16]) # Char.toText(digits[n % 16]);
    };
    text;
  };

  func digitOf(char : Char) : Nat8 {
    let code = Char.toNat32(char);
    if (code >= 48 and code <= 57) return Nat8.fromNat(Nat32.toNat(code - 48));
    if (code >= 97 and code <= 102) return Nat8.fromNat(Nat32.toNat(code - 87));
    if (code >= 65 and code <= 70) return Nat8.fromNat(Nat32.toNat(code - 55));
    Runtime.trap("Not a hexadecimal digit: " # Char.toText(char));
  };
};
