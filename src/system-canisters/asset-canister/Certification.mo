/// Proofs for responses: version 2 of the HTTP gateway protocol's response verification, and version 1 beside it.
///
/// Under `http_expr`, every path that leads to an asset ends in `<$>`, the hash of an expression (the names of the certified headers), an
/// empty label (the request is not certified) and the hashes of the possible responses: each encoding, as 200 and as 304. `<*>` at the root
/// answers all other paths. Under `http_assets`, a path has the hash of its preferred encoding.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import List "mo:core/List";
import Map "mo:core/Map";
import Nat64 "mo:core/Nat64";
import Nat16 "mo:core/Nat16";
import Nat8 "mo:core/Nat8";
import Text "mo:core/Text";
import Assets "Assets";
import Bytes "Bytes";
import HashTree "HashTree";
import Sha256 "Sha256";
import Types "Types";

module {

  public let NOT_FOUND : Blob = "not found";

  public func notFoundProof() : Assets.Proof = proofOf(404, [("content-type", "text/plain")], Sha256.hash([NOT_FOUND]));

  func proofOf(status : Nat16, headers : [Types.HeaderField], bodyHash : Blob) : Assets.Proof {
    let expression = expressionOf(headers);
    {
      headers;
      expression;
      expressionHash = Sha256.hash([Text.encodeUtf8(expression)]);
      responseHash = responseHash(status, headers, bodyHash, expression);
      notModifiedHash = responseHash(304, headers, Sha256.hash([]), expression);
    };
  };

  /// Kept with the encoding until the asset changes.
  public func proofOfEncoding(asset : Assets.Asset, name : Text, encoding : Assets.Encoding, cookie : Text) : Assets.Proof = switch (encoding.proof) {
    case (?known) known;
    case null {
      let proof = proofOf(200, assetHeaders(asset, name, encoding, cookie), encoding.sha256);
      encoding.proof := ?proof;
      proof;
    };
  };

  /// The headers of an asset, all of them certified. `cookie` goes to pages, which ask for the network's root key.
  func assetHeaders(asset : Assets.Asset, encodingName : Text, encoding : Assets.Encoding, cookie : Text) : [Types.HeaderField] {
    let headers = List.empty<Types.HeaderField>();
    List.add(headers, ("content-type", asset.contentType));
    if (encodingName != "identity") List.add(headers, ("content-encoding", encodingName));
    switch (asset.maxAge) {
      case (?seconds) List.add(headers, ("cache-control", "max-age=" # Nat64.toText(seconds)));
      case null {};
    };
    var hasEtag = false;
    switch (asset.headers) {
      case (?own) for ((name, value) in own.vals()) {
        let lower = Text.toLower(name);
        if (lower == "etag") hasEtag := true;
        List.add(headers, (lower, value));
      };
      case null {};
    };
    if (not hasEtag) List.add(headers, ("etag", "\"" # hex(encoding.sha256) # "\""));
    if (isPage(asset)) List.add(headers, ("set-cookie", cookie));
    List.toArray(headers);
  };

  func isPage(asset : Assets.Asset) : Bool = Text.startsWith(asset.contentType, #text "text/html");

  /// The expression that certifies exactly these headers.
  func expressionOf(headers : [Types.HeaderField]) : Text {
    let names = Text.join(Array.map<Types.HeaderField, Text>(headers, func((name, _)) = "\"" # name # "\"").vals(), ",");
    "default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{},response_certification:ResponseCertification{certified_response_headers:ResponseHeaderList{headers:[" # names # "]}}}})";
  };

  /// Hash of the headers as a map, and of the body.
  func responseHash(status : Nat16, headers : [Types.HeaderField], bodyHash : Blob, expression : Text) : Blob {
    let pairs = List.empty<Blob>();
    for ((name, value) in headers.vals()) List.add(pairs, pairHash(name, Text.encodeUtf8(value)));
    List.add(pairs, pairHash("ic-certificateexpression", Text.encodeUtf8(expression)));
    List.add(pairs, pairHash(":ic-cert-status", leb128(status)));
    let sorted = Array.sort<Blob>(List.toArray(pairs), Blob.compare);
    Sha256.hash([Sha256.hash(sorted), bodyHash]);
  };

  func pairHash(name : Text, value : Blob) : Blob {
    let bytes = Bytes.empty();
    Bytes.blob(bytes, Sha256.hash([Text.encodeUtf8(name)]));
    Bytes.blob(bytes, Sha256.hash([value]));
    Bytes.finish(bytes);
  };

  /// Of a number below 16,384.
  func leb128(value : Nat16) : Blob = if (value < 128) Blob.fromArray([Nat8.fromNat(Nat16.toNat(value))]) else Blob.fromArray([
    Nat8.fromNat(Nat16.toNat(value % 128 + 128)),
    Nat8.fromNat(Nat16.toNat(value / 128)),
  ]);

  let EXPR : Blob = "http_expr";
  let LEGACY : Blob = "http_assets";

  /// Certifies what a path answers now; forgets what it answered before.
  public func certifyPath(tree : HashTree.Directory, assets : Assets.Assets, path : Text, cookie : Text) {
    let base = Array.concat<Blob>([EXPR], segments(path));
    HashTree.remove(tree, Array.concat<Blob>(base, ["<$>"]));
    HashTree.remove(tree, [LEGACY, Text.encodeUtf8(path)]);
    switch (Assets.resolve(assets, path)) {
      case (?(_, asset)) {
        let encodings = Assets.encodingsOf(asset);
        if (encodings.size() == 0) return;
        insertAsset(tree, Array.concat<Blob>(base, ["<$>"]), asset, encodings, cookie);
        HashTree.insert(tree, [LEGACY, Text.encodeUtf8(path)], encodings[0].1.sha256);
      };
      case null {};
    };
  };

  /// Certifies the answer to all paths that lead to no asset.
  public func certifyFallback(tree : HashTree.Directory, assets : Assets.Assets, cookie : Text) {
    HashTree.remove(tree, [EXPR, "<*>"]);
    switch (Assets.find(assets, "/index.html")) {
      case (?asset) {
        let encodings = Assets.encodingsOf(asset);
        if (encodings.size() > 0) return insertAsset(tree, [EXPR, "<*>"], asset, encodings, cookie);
      };
      case null {};
    };
    let {expressionHash; responseHash} = notFoundProof();
    HashTree.insert(tree, [EXPR, "<*>", expressionHash, "", responseHash], "");
  };

  func insertAsset(tree : HashTree.Directory, path : HashTree.Path, asset : Assets.Asset, encodings : [(Text, Assets.Encoding)], cookie : Text) {
    for ((name, encoding) in encodings.vals()) {
      let {expressionHash; responseHash; notModifiedHash} = proofOfEncoding(asset, name, encoding, cookie);
      HashTree.insert(tree, Array.concat<Blob>(path, [expressionHash, "", responseHash]), "");
      HashTree.insert(tree, Array.concat<Blob>(path, [expressionHash, "", notModifiedHash]), "");
    };
  };

  /// `/a//b/` → `a`, ``, `b`, ``: a path begins with a slash.
  func segments(path : Text) : [Blob] {
    let parts = Array.map<Text, Blob>(Text.split(path, #char '/') |> List.fromIter<Text>(_) |> List.toArray(_), Text.encodeUtf8);
    if (parts.size() > 1) Array.tabulate<Blob>(parts.size() - 1 : Nat, func(i) = parts[i + 1]) else parts;
  };

  /// What a request asks of the tree. `isFallback`: no asset has this path, so its absence is part of the proof.
  public type Question = {path : Text; isFallback : Bool; isKnown : Bool};

  /// The certification headers of a response.
  public func headersV2(tree : HashTree.Tree, certificate : Blob, {path; isFallback; isKnown} : Question, proof : Assets.Proof) : [Types.HeaderField] {
    let names = segments(path);
    let hash = if isKnown proof.notModifiedHash else proof.responseHash;
    let shown : HashTree.Wanted = #children([(proof.expressionHash, #children([("", #children([(hash, #all)]))]))]);
    let wanted : HashTree.Wanted = if isFallback #children(Array.concat<(Blob, HashTree.Wanted)>([("<*>", shown)], absence(names, 0))) else under(names, 0, #children([("<$>" : Blob, shown)]));
    let witness = HashTree.prove(tree, #children([(EXPR, wanted)]));
    let exprPath = Array.concat<Blob>([EXPR], if isFallback ["<*>"] else Array.concat<Blob>(names, ["<$>"]));
    [
      ("IC-CertificateExpression", proof.expression),
      ("IC-Certificate", certificateHeader(certificate, witness) # ", version=2, expr_path=:" # Bytes.base64(encodePath(exprPath)) # ":"),
    ];
  };

  func under(names : [Blob], depth : Nat, wanted : HashTree.Wanted) : HashTree.Wanted =
    if (depth == names.size()) wanted else #children([(names[depth], under(names, depth + 1, wanted))]);

  let NO_WILDCARD : (Blob, HashTree.Wanted) = ("", #children([("<*>", #nothing)]));

  /// Shows that a path and every wildcard on its way are absent; verifiers look for wildcards below empty segments too.
  func absence(names : [Blob], depth : Nat) : [(Blob, HashTree.Wanted)] {
    let name = names[depth];
    let last = depth + 1 == names.size();
    let exact : [(Blob, HashTree.Wanted)] = if last [("<$>", #nothing), NO_WILDCARD] else absence(names, depth + 1);
    let below : (Blob, HashTree.Wanted) = (name, #children(Array.concat<(Blob, HashTree.Wanted)>(exact, [("<*>", #nothing)])));
    if (name == "") [below] else [below, NO_WILDCARD];
  };

  /// `path` is the one whose hash is in the tree: that of the request, or `/index.html` for one that is proven absent.
  public func headersV1(tree : HashTree.Tree, certificate : Blob, requested : Text, path : Text) : [Types.HeaderField] {
    let names : [(Blob, HashTree.Wanted)] = if (requested == path) [(Text.encodeUtf8(path), #all)] else [
      (Text.encodeUtf8(requested), #nothing),
      (Text.encodeUtf8(path), #all),
    ];
    [("IC-Certificate", certificateHeader(certificate, HashTree.prove(tree, #children([(LEGACY, #children(names))]))))];
  };

  func certificateHeader(certificate : Blob, witness : Blob) : Text = "certificate=:" # Bytes.base64(certificate) # ":, tree=:" # Bytes.base64(witness) # ":";

  /// CBOR array of text.
  func encodePath(path : [Blob]) : Blob {
    let out = Bytes.empty();
    Bytes.blob(out, "\d9\d9\f7");
    HashTree.writeHead(out, 0x80, path.size());
    for (name in path.vals()) {
      HashTree.writeHead(out, 0x60, name.size());
      Bytes.blob(out, name);
    };
    Bytes.finish(out);
  };

  public func hex(bytes : Blob) : Text {
    let digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"];
    var text = "";
    for (byte in bytes.vals()) text #= digits[Nat8.toNat(byte / 16)] # digits[Nat8.toNat(byte % 16)];
    text;
  };
};
