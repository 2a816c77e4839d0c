/// The assets: their contents by encoding, and what changes them.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import List "mo:core/List";
import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Runtime "mo:core/Runtime";
import Text "mo:core/Text";
import Sha256 "Sha256";
import Types "Types";

module {
  /// What `Certification` has computed for it, until the asset or the network's cookie changes.
  public type Proof = {headers : [Types.HeaderField]; expression : Text; expressionHash : Blob; responseHash : Blob; notModifiedHash : Blob};

  public type Encoding = {chunks : [Blob]; sha256 : Blob; length : Nat; modified : Types.Time; var proof : ?Proof};

  public type Asset = {
    contentType : Text;
    encodings : Map.Map<Text, Encoding>;
    var maxAge : ?Nat64;
    var headers : ?[Types.HeaderField];
    var allowRawAccess : Bool;
    var isAliased : Bool;
  };

  public type Assets = Map.Map<Types.Key, Asset>;

  /// The order in which an encoding is chosen to stand for the asset.
  public let PREFERENCE = ["identity", "gzip", "compress", "deflate", "br"];

  public func empty() : Assets = Map.empty<Types.Key, Asset>();

  public func find(assets : Assets, key : Types.Key) : ?Asset = Map.get(assets, Text.compare, key);

  func get(assets : Assets, key : Types.Key) : Asset = switch (find(assets, key)) {
    case (?asset) asset;
    case null Runtime.trap("asset not found");
  };

  public func create(assets : Assets, operation : Types.CreateAsset) {
    switch (find(assets, operation.key)) {
      case (?asset) {
        if (asset.contentType != operation.content_type) Runtime.trap("create_asset: content type mismatch");
      };
      case null Map.add(
        assets,
        Text.compare,
        operation.key,
        {
          contentType = operation.content_type;
          encodings = Map.empty<Text, Encoding>();
          var maxAge = operation.max_age;
          var headers = operation.headers;
          var allowRawAccess = operation.allow_raw_access != ?false;
          var isAliased = operation.enable_aliasing != ?false;
        },
      );
    };
  };

  public func setContent(assets : Assets, operation : Types.SetAssetContent, chunks : [Blob], now : Types.Time) {
    let asset = get(assets, operation.key);
    if (chunks.size() == 0) Runtime.trap("encoding must have at least one chunk");
    let sha256 = Sha256.hash(chunks);
    switch (operation.sha256) {
      case (?expected) if (expected != sha256) Runtime.trap("sha256 mismatch");
      case null {};
    };
    let length = Array.foldLeft<Blob, Nat>(chunks, 0, func(sum, chunk) = sum + chunk.size());
    let encoding : Encoding = {chunks; sha256; length; modified = now; var proof = null};
    Map.add(asset.encodings, Text.compare, operation.content_encoding, encoding);
  };

  public func unsetContent(assets : Assets, {key; content_encoding} : Types.UnsetAssetContent) {
    Map.remove(get(assets, key).encodings, Text.compare, content_encoding);
  };

  public func forgetProofs(asset : Asset) = for (encoding in Map.values(asset.encodings)) encoding.proof := null;

  public func setProperties(assets : Assets, operation : Types.SetAssetProperties) {
    let asset = get(assets, operation.key);
    forgetProofs(asset);
    switch (operation.max_age) {
      case (?value) asset.maxAge := value;
      case null {};
    };
    switch (operation.headers) {
      case (?value) asset.headers := value;
      case null {};
    };
    switch (operation.allow_raw_access) {
      case (?value) asset.allowRawAccess := value != ?false;
      case null {};
    };
    switch (operation.is_aliased) {
      case (?value) asset.isAliased := value != ?false;
      case null {};
    };
  };

  /// The asset of a path: the one of that key, or one that the path is an alias of.
  public func resolve(assets : Assets, path : Text) : ?(Types.Key, Asset) {
    switch (find(assets, path)) {
      case (?asset) return ?(path, asset);
      case null {};
    };
    for (key in aliasedKeys(path).vals()) {
      switch (find(assets, key)) {
        case (?asset) if (asset.isAliased) return ?(key, asset);
        case null {};
      };
    };
    null;
  };

  /// The keys that a path may stand for: `x/` for `x/index.html`, `x` for `x.html` and `x/index.html`.
  func aliasedKeys(path : Text) : [Types.Key] {
    if (Text.endsWith(path, #text "/")) return [path # "index.html"];
    if (Text.endsWith(path, #text ".html")) return [];
    [path # ".html", path # "/index.html"];
  };

  /// Every path that may lead to an asset of this key, itself among them.
  public func pathsOf(key : Types.Key) : [Text] {
    let paths = List.singleton<Text>(key);
    switch (Text.stripEnd(key, #text "index.html")) {
      case (?folder) if (Text.endsWith(folder, #text "/")) {
        List.add(paths, folder);
        switch (Text.stripEnd(folder, #text "/")) {
          case (?name) if (name != "") List.add(paths, name);
          case null {};
        };
      };
      case null {};
    };
    switch (Text.stripEnd(key, #text ".html")) {
      case (?name) if (not Text.endsWith(name, #text "/")) List.add(paths, name);
      case null {};
    };
    List.toArray(paths);
  };

  /// The encodings of an asset, the preferred ones first.
  public func encodingsOf(asset : Asset) : [(Text, Encoding)] {
    let list = List.empty<(Text, Encoding)>();
    for (name in PREFERENCE.vals()) {
      switch (Map.get(asset.encodings, Text.compare, name)) {
        case (?encoding) List.add(list, (name, encoding));
        case null {};
      };
    };
    for ((name, encoding) in Map.entries(asset.encodings)) {
      if (not Array.any<Text>(PREFERENCE, func(each) = each == name)) List.add(list, (name, encoding));
    };
    List.toArray(list);
  };

  /// The first encoding that the client accepts, in the client's order; else the preferred one.
  public func choose(asset : Asset, accepted : [Text]) : ?(Text, Encoding) {
    for (name in accepted.vals()) {
      switch (Map.get(asset.encodings, Text.compare, name)) {
        case (?encoding) return ?(name, encoding);
        case null {};
      };
    };
    let all = encodingsOf(asset);
    if (all.size() == 0) null else ?all[0];
  };

  public func details(key : Types.Key, asset : Asset) : Types.AssetDetails = {
    key;
    content_type = asset.contentType;
    encodings = Array.map<(Text, Encoding), Types.EncodingDetails>(
      encodingsOf(asset),
      func((content_encoding, {sha256; length; modified})) = {content_encoding; sha256 = ?sha256; length; modified},
    );
    max_age = asset.maxAge;
    headers = asset.headers;
    allow_raw_access = ?asset.allowRawAccess;
    is_aliased = ?asset.isAliased;
  };
};
