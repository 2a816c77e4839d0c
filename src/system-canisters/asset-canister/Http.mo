/// Reading requests: paths, headers, what a client accepts.

import Blob "mo:core/Blob";
import Char "mo:core/Char";
import Iter "mo:core/Iter";
import List "mo:core/List";
import Nat32 "mo:core/Nat32";
import Nat8 "mo:core/Nat8";
import Text "mo:core/Text";
import Types "Types";

module {
  /// The path of a URL, decoded; null when its percent signs are not followed by hexadecimal digits or it is no UTF-8.
  public func path(url : Text) : ?Text {
    let encoded = switch (Text.split(url, #predicate(func(c) = c == '?' or c == '#')).next()) {
      case (?found) found;
      case null "/";
    };
    if (not Text.contains(encoded, #char '%')) return ?encoded;
    let bytes = List.empty<Nat8>();
    let input = Text.encodeUtf8(encoded).vals();
    loop {
      switch (input.next()) {
        case null return Text.decodeUtf8(Blob.fromArray(List.toArray(bytes)));
        case (?0x25) {
          let (?high, ?low) = (digit(input.next()), digit(input.next())) else return null;
          List.add(bytes, 16 * high + low);
        };
        case (?byte) List.add(bytes, byte);
      };
    };
  };

  func digit(byte : ?Nat8) : ?Nat8 = switch byte {
    case (?b) if (b >= 48 and b <= 57) ?(b - 48) else if (b >= 65 and b <= 70) ?(b - 55) else if (b >= 97 and b <= 102) ?(b - 87) else null;
    case null null;
  };

  public func header(headers : [Types.HeaderField], name : Text) : ?Text {
    for ((each, value) in headers.vals()) if (Text.toLower(each) == name) return ?value;
    null;
  };

  /// The encodings of `Accept-Encoding`, in its order, without weights.
  public func acceptedEncodings(headers : [Types.HeaderField]) : [Text] = switch (header(headers, "accept-encoding")) {
    case (?value) Iter.toArray(Iter.map<Text, Text>(Text.split(value, #char ','), func(each) = Text.trim(beforeWeight(each), #char ' ')));
    case null ["identity"];
  };

  func beforeWeight(text : Text) : Text = switch (Text.split(text, #char ';').next()) {
    case (?name) name;
    case null text;
  };

  /// Percent-encodes all but letters, digits and `-._~`. RFC 3986.
  public func percentEncode(text : Text) : Text {
    var encoded = "";
    for (byte in Text.encodeUtf8(text).vals()) {
      let char = Char.fromNat32(Nat32.fromNat(Nat8.toNat(byte)));
      let isPlain = (byte >= 48 and byte <= 57) or (byte >= 65 and byte <= 90) or (byte >= 97 and byte <= 122) or byte == 45 or byte == 46 or byte == 95 or byte == 126;
      encoded #= if isPlain Text.fromChar(char) else "%" # hexDigit(byte / 16) # hexDigit(byte % 16);
    };
    encoded;
  };

  func hexDigit(value : Nat8) : Text = Text.fromChar(Char.fromNat32(Nat32.fromNat(Nat8.toNat(if (value < 10) value + 48 else value + 55))));
};
