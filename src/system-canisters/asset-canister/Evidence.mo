/// A hash over operations: what those who approve a batch compare with what they built themselves.
///
/// Strings and bytes go in as they are, without lengths. Tags: 0 false, 1 true, 2 none, 3 some. Source: digest http-gateway, section 8.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import List "mo:core/List";
import Map "mo:core/Map";
import Nat64 "mo:core/Nat64";
import Text "mo:core/Text";
import Assets "Assets";
import Sha256 "Sha256";
import Types "Types";

module {
  type Parts = List.List<Blob>;

  /// `content` gives the chunks of a SetAssetContent operation.
  public func ofOperations(operations : [Types.Operation], content : Types.SetAssetContent -> [Blob]) : Blob {
    let parts = List.empty<Blob>();
    for (operation in operations.vals()) add(parts, operation, content);
    Sha256.hash(List.toArray(parts));
  };

  /// The evidence of creating every asset anew.
  public func ofState(assets : Assets.Assets) : Blob {
    let parts = List.empty<Blob>();
    for ((key, asset) in Map.entries(assets)) {
      addCreate(
        parts,
        {
          key;
          content_type = asset.contentType;
          max_age = asset.maxAge;
          headers = asset.headers;
          allow_raw_access = ?asset.allowRawAccess;
          enable_aliasing = ?asset.isAliased;
        },
      );
      for ((name, {sha256; chunks}) in Map.entries(asset.encodings)) addContent(parts, key, name, ?sha256, chunks);
    };
    Sha256.hash(List.toArray(parts));
  };

  func add(parts : Parts, operation : Types.Operation, content : Types.SetAssetContent -> [Blob]) = switch operation {
    case (#CreateAsset create) addCreate(parts, create);
    case (#SetAssetContent set) addContent(parts, set.key, set.content_encoding, set.sha256, content(set));
    case (#UnsetAssetContent {key; content_encoding}) addAll(parts, ["\06", Text.encodeUtf8(key), Text.encodeUtf8(content_encoding)]);
    case (#DeleteAsset {key}) addAll(parts, ["\07", Text.encodeUtf8(key)]);
    case (#Clear _) addAll(parts, ["\08"]);
    case (#SetAssetProperties set) {
      addAll(parts, ["\09", Text.encodeUtf8(set.key)]);
      addOption<?Nat64>(parts, set.max_age, addMaxAge);
      addOption<?[Types.HeaderField]>(parts, set.headers, addHeaders);
      addOption<?Bool>(parts, set.allow_raw_access, addBool);
      addOption<?Bool>(parts, set.is_aliased, addBool);
    };
  };

  func addCreate(parts : Parts, create : Types.CreateAsset) {
    addAll(parts, ["\04", Text.encodeUtf8(create.key), Text.encodeUtf8(create.content_type)]);
    addMaxAge(parts, create.max_age);
    addHeaders(parts, create.headers);
    addBool(parts, create.allow_raw_access);
    addBool(parts, create.enable_aliasing);
  };

  func addContent(parts : Parts, key : Text, encoding : Text, sha256 : ?Blob, chunks : [Blob]) {
    addAll(parts, ["\05", Text.encodeUtf8(key), Text.encodeUtf8(encoding)]);
    addOption<Blob>(parts, sha256, func(list, hash) = List.add(list, hash));
    addAll(parts, chunks);
  };

  func addAll(parts : Parts, bytes : [Blob]) = for (each in bytes.vals()) List.add(parts, each);

  func addOption<T>(parts : Parts, option : ?T, addValue : (Parts, T) -> ()) = switch option {
    case (?value) {
      List.add(parts, ("\03" : Blob));
      addValue(parts, value);
    };
    case null List.add(parts, ("\02" : Blob));
  };

  func addMaxAge(parts : Parts, maxAge : ?Nat64) = addOption<Nat64>(parts, maxAge, func(list, value) {
    let (b0, b1, b2, b3, b4, b5, b6, b7) = Nat64.explode(value);
    List.add(list, Blob.fromArray([b0, b1, b2, b3, b4, b5, b6, b7]));
  });

  func addHeaders(parts : Parts, headers : ?[Types.HeaderField]) = addOption<[Types.HeaderField]>(parts, headers, func(list, fields) {
    let sorted = Array.sort<Types.HeaderField>(fields, func(a, b) = Text.compare(a.0, b.0));
    for ((name, value) in sorted.vals()) addAll(list, [Text.encodeUtf8(name), Text.encodeUtf8(value)]);
  });

  func addBool(parts : Parts, value : ?Bool) = addOption<Bool>(parts, value, func(list, flag) = List.add<Blob>(list, if flag "\01" else "\00"));
};
