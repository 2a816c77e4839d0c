/// The asset canister: keeps a web site and serves it, every response certified.
///
/// Compatible with the standard asset canister, API version 2. Source: certified assets, Candid interface and design; digest http-gateway 8.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import CertifiedData "mo:core/CertifiedData";
import Error "mo:core/Error";
import Iter "mo:core/Iter";
import List "mo:core/List";
import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Nat64 "mo:core/Nat64";
import Int "mo:core/Int";
import Principal "mo:core/Principal";
import Prim "mo:⛔";
import Runtime "mo:core/Runtime";
import Set "mo:core/Set";
import Text "mo:core/Text";
import Time "mo:core/Time";
import Assets "Assets";
import Certification "Certification";
import Evidence "Evidence";
import HashTree "HashTree";
import Http "Http";
import Types "Types";

shared ({caller = installer}) persistent actor class AssetCanister(arguments : ?Types.Arguments) = this {

  /// Nanoseconds that a batch lives after its last chunk.
  transient let BATCH_LIFE : Int = 300_000_000_000;
  transient let PAGE = 100;

  type Batch = {
    var expiresAt : Int;
    var chunkBytes : Nat;
    var proposal : ?[Types.Operation];
    var evidence : ?Blob;
  };
  type Chunk = {batchId : Types.BatchId; content : Blob};

  let assets = Assets.empty();
  let tree = HashTree.emptyDirectory();
  let batches = Map.empty<Types.BatchId, Batch>();
  let chunks = Map.empty<Types.ChunkId, Chunk>();
  let committers = Set.empty<Principal>();
  let preparers = Set.empty<Principal>();
  let managers = Set.empty<Principal>();
  var nextBatchId : Nat = 1;
  var nextChunkId : Nat = 1;
  var configuration : Types.Configuration = {max_batches = null; max_chunks = null; max_bytes = null};
  var lastUpdate : Nat64 = 0;
  var stateHash : ?Text = null;
  var isInstalled = false;
  /// What pages are told about their network; part of their certified headers.
  var cookie : Text = "";

  // --- permissions ---

  func applyPermissions(permissions : ?Types.SetPermissions) = switch permissions {
    case (?{prepare; commit; manage_permissions}) {
      replace(preparers, prepare);
      replace(committers, commit);
      replace(managers, manage_permissions);
    };
    case null {};
  };

  func replace(set : Set.Set<Principal>, members : [Principal]) {
    Set.clear(set);
    for (member in members.vals()) Set.add(set, Principal.compare, member);
  };

  func holders(permission : Types.Permission) : Set.Set<Principal> = switch permission {
    case (#Commit) committers;
    case (#Prepare) preparers;
    case (#ManagePermissions) managers;
  };

  func has(principal : Principal, permission : Types.Permission) : Bool = Set.contains(holders(permission), Principal.compare, principal) or (permission == #Prepare and Set.contains(committers, Principal.compare, principal));

  func isManager(principal : Principal) : Bool = Principal.isController(principal) or has(principal, #ManagePermissions);

  func mayPrepare(caller : Principal) : async* () {
    if (not has(caller, #Prepare)) throw Error.reject("Caller does not have Prepare permission");
  };

  func mayCommit(caller : Principal) : async* () {
    if (not has(caller, #Commit)) throw Error.reject("Caller does not have Commit permission");
  };

  func mayManage(caller : Principal) : async* () {
    if (not isManager(caller)) throw Error.reject("Caller does not have ManagePermissions permission and is not a controller");
  };

  func isController(caller : Principal) : async* () {
    if (not Principal.isController(caller)) throw Error.reject("Caller is not a controller");
  };

  public shared ({caller}) func grant_permission({to_principal; permission} : {to_principal : Principal; permission : Types.Permission}) : async () {
    await* mayManage(caller);
    Set.add(holders(permission), Principal.compare, to_principal);
  };

  public shared ({caller}) func revoke_permission({of_principal; permission} : {of_principal : Principal; permission : Types.Permission}) : async () {
    if (caller != of_principal) await* mayManage(caller);
    Set.remove(holders(permission), Principal.compare, of_principal);
  };

  public query func list_permitted({permission} : {permission : Types.Permission}) : async [Principal] {
    Iter.toArray(Set.values(holders(permission)));
  };

  public shared ({caller}) func authorize(other : Principal) : async () {
    await* isController(caller);
    Set.add(committers, Principal.compare, other);
  };

  public shared ({caller}) func deauthorize(other : Principal) : async () {
    if (caller != other) await* isController(caller);
    Set.remove(committers, Principal.compare, other);
  };

  public query func list_authorized() : async [Principal] {
    Iter.toArray(Set.values(committers));
  };

  public shared ({caller}) func take_ownership() : async () {
    await* isController(caller);
    replace(committers, [caller]);
    replace(preparers, []);
    replace(managers, []);
  };

  // --- batches ---

  public query func api_version() : async Nat16 { 2 };

  public shared ({caller}) func create_batch(_ : {}) : async {batch_id : Types.BatchId} {
    await* mayPrepare(caller);
    for ((id, batch) in Map.entries(batches)) {
      if (batch.evidence != null) throw Error.reject("Batch " # Nat.toText(id) # " is already proposed.  Delete or execute it to propose another.");
      if (batch.proposal != null) throw Error.reject("Batch " # Nat.toText(id) # " has not completed evidence computation.  Wait for it to expire or delete it to propose another.");
    };
    dropExpired();
    switch (configuration.max_batches) {
      case (?limit) if (Map.size(batches) >= Nat64.toNat(limit)) throw Error.reject("batch limit exceeded");
      case null {};
    };
    let batch_id = nextBatchId;
    nextBatchId += 1;
    Map.add(batches, Nat.compare, batch_id, newBatch());
    {batch_id};
  };

  func newBatch() : Batch = {var expiresAt = Time.now() + BATCH_LIFE; var chunkBytes = 0; var proposal = null; var evidence = null};

  public shared ({caller}) func create_chunk({batch_id; content} : {batch_id : Types.BatchId; content : Blob}) : async {chunk_id : Types.ChunkId} {
    await* mayPrepare(caller);
    {chunk_id = addChunk(batch_id, content)};
  };

  public shared ({caller}) func create_chunks({batch_id; content} : {batch_id : Types.BatchId; content : [Blob]}) : async {chunk_ids : [Types.ChunkId]} {
    await* mayPrepare(caller);
    {chunk_ids = Array.map<Blob, Types.ChunkId>(content, func(each) = addChunk(batch_id, each))};
  };

  func addChunk(batchId : Types.BatchId, content : Blob) : Types.ChunkId {
    let batch = getBatch(batchId);
    if (batch.proposal != null) Runtime.trap("batch has been proposed");
    checkLimits(content.size());
    batch.expiresAt := Time.now() + BATCH_LIFE;
    batch.chunkBytes += content.size();
    let id = nextChunkId;
    nextChunkId += 1;
    Map.add(chunks, Nat.compare, id, {batchId; content});
    id;
  };

  func checkLimits(more : Nat) {
    switch (configuration.max_chunks) {
      case (?limit) if (Map.size(chunks) + 1 > Nat64.toNat(limit)) Runtime.trap("chunk limit exceeded");
      case null {};
    };
    switch (configuration.max_bytes) {
      case (?limit) {
        let held = Map.foldLeft<Types.BatchId, Batch, Nat>(batches, 0, func(sum, _, batch) = sum + batch.chunkBytes);
        if (held + more > Nat64.toNat(limit)) Runtime.trap("byte limit exceeded");
      };
      case null {};
    };
  };

  func getBatch(id : Types.BatchId) : Batch = switch (Map.get(batches, Nat.compare, id)) {
    case (?batch) batch;
    case null Runtime.trap("batch not found");
  };

  func dropExpired() {
    let now = Time.now();
    let expired = Iter.toArray(Iter.filter<(Types.BatchId, Batch)>(Map.entries(batches), func((_, batch)) = batch.expiresAt < now and batch.evidence == null));
    for ((id, _) in expired.vals()) dropBatch(id);
  };

  func dropBatch(id : Types.BatchId) {
    Map.remove(batches, Nat.compare, id);
    let own = Iter.toArray(Iter.filter<(Types.ChunkId, Chunk)>(Map.entries(chunks), func((_, chunk)) = chunk.batchId == id));
    for ((chunkId, _) in own.vals()) Map.remove(chunks, Nat.compare, chunkId);
  };

  public shared ({caller}) func commit_batch({batch_id; operations} : Types.CommitBatch) : async () {
    await* mayCommit(caller);
    apply<system>(operations);
    if (batch_id != 0) dropBatch(batch_id);
  };

  public shared ({caller}) func propose_commit_batch({batch_id; operations} : Types.CommitBatch) : async () {
    await* mayPrepare(caller);
    let batch = getBatch(batch_id);
    if (batch.proposal != null) Runtime.trap("batch already has proposed CommitBatchArguments");
    batch.proposal := ?operations;
  };

  /// The whole evidence at once, however many steps were allowed.
  public shared ({caller}) func compute_evidence({batch_id} : {batch_id : Types.BatchId; max_iterations : ?Nat16}) : async ?Blob {
    await* mayPrepare(caller);
    let batch = getBatch(batch_id);
    let ?operations = batch.proposal else Runtime.trap("batch does not have CommitBatchArguments");
    if (batch.evidence == null) batch.evidence := ?Evidence.ofOperations(operations, contentOf);
    batch.evidence;
  };

  public shared ({caller}) func commit_proposed_batch({batch_id; evidence} : {batch_id : Types.BatchId; evidence : Blob}) : async () {
    await* mayCommit(caller);
    apply<system>(provenOperations(batch_id, evidence));
    dropBatch(batch_id);
  };

  func provenOperations(id : Types.BatchId, evidence : Blob) : [Types.Operation] {
    let batch = getBatch(id);
    let ?operations = batch.proposal else Runtime.trap("batch does not have CommitBatchArguments");
    let ?computed = batch.evidence else Runtime.trap("batch does not have computed evidence");
    if (computed != evidence) Runtime.trap("batch computed evidence " # Certification.hex(computed) # " does not match presented evidence " # Certification.hex(evidence));
    operations;
  };

  public shared ({caller}) func delete_batch({batch_id} : {batch_id : Types.BatchId}) : async () {
    await* mayPrepare(caller);
    ignore getBatch(batch_id);
    dropBatch(batch_id);
  };

  // --- operations ---

  public shared ({caller}) func create_asset(operation : Types.CreateAsset) : async () {
    await* mayCommit(caller);
    apply<system>([#CreateAsset operation]);
  };

  public shared ({caller}) func set_asset_content(operation : Types.SetAssetContent) : async () {
    await* mayCommit(caller);
    apply<system>([#SetAssetContent operation]);
  };

  public shared ({caller}) func unset_asset_content(operation : Types.UnsetAssetContent) : async () {
    await* mayCommit(caller);
    apply<system>([#UnsetAssetContent operation]);
  };

  public shared ({caller}) func delete_asset(operation : Types.DeleteAsset) : async () {
    await* mayCommit(caller);
    apply<system>([#DeleteAsset operation]);
  };

  public shared ({caller}) func set_asset_properties(operation : Types.SetAssetProperties) : async () {
    await* mayCommit(caller);
    apply<system>([#SetAssetProperties operation]);
  };

  public shared ({caller}) func clear(operation : {}) : async () {
    await* mayCommit(caller);
    Map.clear(batches);
    Map.clear(chunks);
    apply<system>([#Clear operation]);
  };

  /// One asset in one call.
  public shared ({caller}) func store({key; content_type; content_encoding; content; sha256} : {key : Types.Key; content_type : Text; content_encoding : Text; content : Blob; sha256 : ?Blob}) : async () {
    await* mayCommit(caller);
    apply<system>([
      #CreateAsset {key; content_type; max_age = null; headers = null; enable_aliasing = null; allow_raw_access = null},
      #SetAssetContent {key; content_encoding; chunk_ids = []; last_chunk = ?content; sha256},
    ]);
  };

  /// All or nothing: what fails traps.
  func apply<system>(operations : [Types.Operation]) {
    let before = cookie;
    refreshCookie<system>();
    let touched = Set.empty<Text>();
    var isCleared = before != cookie;
    for (operation in operations.vals()) {
      switch operation {
        case (#Clear _) {
          Map.clear(assets);
          isCleared := true;
        };
        case (#CreateAsset create) {
          if (not Text.startsWith(create.key, #char '/')) Runtime.trap("key must start with /");
          Assets.create(assets, create);
          touch(touched, create.key);
        };
        case (#SetAssetContent set) {
          Assets.setContent(assets, set, contentOf(set), Time.now());
          touch(touched, set.key);
        };
        case (#UnsetAssetContent unset) {
          Assets.unsetContent(assets, unset);
          touch(touched, unset.key);
        };
        case (#SetAssetProperties set) {
          Assets.setProperties(assets, set);
          touch(touched, set.key);
        };
        case (#DeleteAsset {key}) {
          Map.remove(assets, Text.compare, key);
          touch(touched, key);
        };
      };
    };
    if isCleared certifyAll() else {
      for (path in Set.values(touched)) Certification.certifyPath(tree, assets, path, cookie);
      if (Set.contains(touched, Text.compare, "/index.html")) Certification.certifyFallback(tree, assets, cookie);
      publish();
    };
    lastUpdate := Prim.time();
    stateHash := null;
  };

  func touch(touched : Set.Set<Text>, key : Types.Key) = for (path in Assets.pathsOf(key).vals()) Set.add(touched, Text.compare, path);

  func contentOf({chunk_ids; last_chunk} : Types.SetAssetContent) : [Blob] {
    let parts = List.empty<Blob>();
    for (id in chunk_ids.vals()) switch (Map.get(chunks, Nat.compare, id)) {
      case (?{content}) List.add(parts, content);
      case null Runtime.trap("chunk not found");
    };
    switch last_chunk {
      case (?content) List.add(parts, content);
      case null {};
    };
    List.toArray(parts);
  };

  func certifyAll() {
    Map.clear(tree.children);
    tree.sealed := null;
    for (asset in Map.values(assets)) Assets.forgetProofs(asset);
    for (key in Map.keys(assets)) for (path in Assets.pathsOf(key).vals()) Certification.certifyPath(tree, assets, path, cookie);
    Certification.certifyFallback(tree, assets, cookie);
    publish();
  };

  func publish() = CertifiedData.set(HashTree.hashOf(HashTree.seal(tree)));

  /// `ic_root_key=<hex>&PUBLIC_x=…`, encoded: the root key of the network and the public environment variables of this canister.
  func refreshCookie<system>() {
    var text = "ic_root_key=" # Certification.hex(Prim.rootKey());
    for (name in Runtime.envVarNames<system>().vals()) {
      if (Text.startsWith(name, #text "PUBLIC_")) switch (Runtime.envVar<system>(name)) {
        case (?value) text #= "&" # name # "=" # value;
        case null {};
      };
    };
    cookie := "ic_env=" # Http.percentEncode(text) # "; SameSite=Lax";
  };

  // --- reading ---

  public query func get({key; accept_encodings} : {key : Types.Key; accept_encodings : [Text]}) : async {content : Blob; content_type : Text; content_encoding : Text; sha256 : ?Blob; total_length : Nat} {
    let ?asset = Assets.find(assets, key) else throw Error.reject("asset not found");
    for (name in accept_encodings.vals()) switch (Map.get(asset.encodings, Text.compare, name)) {
      case (?{chunks; sha256; length}) return {content = chunks[0]; content_type = asset.contentType; content_encoding = name; sha256 = ?sha256; total_length = length};
      case null {};
    };
    throw Error.reject("no such encoding");
  };

  public query func get_chunk({key; content_encoding; index; sha256} : {key : Types.Key; content_encoding : Text; index : Nat; sha256 : ?Blob}) : async {content : Blob} {
    switch (findChunk(key, content_encoding, index, sha256)) {
      case (#ok(content, _)) ({content});
      case (#err message) throw Error.reject(message);
    };
  };

  func findChunk(key : Types.Key, name : Text, index : Nat, sha256 : ?Blob) : {#ok : (Blob, Assets.Encoding); #err : Text} {
    let ?asset = Assets.find(assets, key) else return #err "asset not found";
    let ?encoding = Map.get(asset.encodings, Text.compare, name) else return #err "no such encoding";
    if (sha256 != null and sha256 != ?encoding.sha256) return #err "sha256 mismatch";
    if (index >= encoding.chunks.size()) return #err "chunk index out of bounds";
    #ok(encoding.chunks[index], encoding);
  };

  public query func list({start; length} : {start : ?Nat; length : ?Nat}) : async [Types.AssetDetails] {
    let from = switch start { case (?n) n; case null 0 };
    let count = Nat.min(switch length { case (?n) n; case null PAGE }, PAGE);
    Map.entries(assets)
      |> Iter.drop<(Types.Key, Assets.Asset)>(_, from)
      |> Iter.take<(Types.Key, Assets.Asset)>(_, count)
      |> Iter.map<(Types.Key, Assets.Asset), Types.AssetDetails>(_, func((key, asset)) = Assets.details(key, asset))
      |> Iter.toArray(_);
  };

  public query func get_asset_properties(key : Types.Key) : async Types.AssetProperties {
    let ?asset = Assets.find(assets, key) else throw Error.reject("asset not found");
    {max_age = asset.maxAge; headers = asset.headers; allow_raw_access = ?asset.allowRawAccess; is_aliased = ?asset.isAliased};
  };

  public query func certified_tree(_ : {}) : async {certificate : Blob; tree : Blob} {
    let ?certificate = CertifiedData.getCertificate() else throw Error.reject("no data certificate available");
    {certificate; tree = HashTree.prove(HashTree.seal(tree), #all)};
  };

  public shared ({caller}) func get_configuration() : async Types.Configuration {
    await* mayManage(caller);
    configuration;
  };

  public shared ({caller}) func configure({max_batches; max_chunks; max_bytes} : {max_batches : ??Nat64; max_chunks : ??Nat64; max_bytes : ??Nat64}) : async () {
    await* mayManage(caller);
    let updated = func(change : ??Nat64, current : ?Nat64) : ?Nat64 = switch change {
      case (?value) value;
      case null current;
    };
    configuration := {
      max_batches = updated(max_batches, configuration.max_batches);
      max_chunks = updated(max_chunks, configuration.max_chunks);
      max_bytes = updated(max_bytes, configuration.max_bytes);
    };
  };

  public shared ({caller}) func compute_state_hash() : async ?Text {
    await* mayPrepare(caller);
    stateHash := ?Certification.hex(Evidence.ofState(assets));
    stateHash;
  };

  public query func get_state_info() : async {last_state_update_timestamp : Nat64; state_hash : ?Text} {
    {last_state_update_timestamp = lastUpdate; state_hash = stateHash};
  };

  // --- HTTP ---

  public query func http_request(request : Types.HttpRequest) : async Types.HttpResponse {
    let ?certificate = CertifiedData.getCertificate() else return plain(500, "no data certificate available");
    let ?path = Http.path(request.url) else return plain(400, "failed to decode path '" # request.url # "'");
    let isV2 = switch (request.certificate_version) { case (?version) version >= 2; case null false };
    let sealed = HashTree.seal(tree);
    switch (findAnswer(path)) {
      case (?(key, asset, isFallback)) {
        switch (rawRedirect(asset, request)) {
          case (?location) return {plain(308, "") with headers = [("location", location)]};
          case null {};
        };
        // Version 1 proves one encoding only.
        let accepted = if isV2 Http.acceptedEncodings(request.headers) else [];
        let ?(name, encoding) = Assets.choose(asset, accepted) else return notFound(sealed, certificate, path);
        let proof = Certification.proofOfEncoding(asset, name, encoding, cookie);
        let isKnown = isV2 and Http.header(request.headers, "if-none-match") == Http.header(proof.headers, "etag");
        let certification = if isV2 Certification.headersV2(sealed, certificate, {path; isFallback; isKnown}, proof) else Certification.headersV1(sealed, certificate, path, if isFallback "/index.html" else path);
        {
          status_code = if isKnown 304 else 200;
          headers = Array.concat<Types.HeaderField>(proof.headers, certification);
          body = if isKnown "" else encoding.chunks[0];
          upgrade = null;
          streaming_strategy = if (isKnown or encoding.chunks.size() == 1) null else ?#Callback {
            callback = http_request_streaming_callback;
            token = {key; content_encoding = name; index = 1; sha256 = ?encoding.sha256};
          };
        };
      };
      case null notFound(sealed, certificate, path);
    };
  };

  func findAnswer(path : Text) : ?(Types.Key, Assets.Asset, Bool) = switch (servable(Assets.resolve(assets, path))) {
    case (?(key, asset)) ?(key, asset, false);
    case null switch (servable(Assets.resolve(assets, "/index.html"))) {
      case (?(key, asset)) ?(key, asset, true);
      case null null;
    };
  };

  func servable(found : ?(Types.Key, Assets.Asset)) : ?(Types.Key, Assets.Asset) = switch found {
    case (?(key, asset)) if (Map.isEmpty(asset.encodings)) null else ?(key, asset);
    case null null;
  };

  func notFound(sealed : HashTree.Tree, certificate : Blob, path : Text) : Types.HttpResponse {
    let certification = Certification.headersV2(sealed, certificate, {path; isFallback = true; isKnown = false}, notFoundProof);
    {
      status_code = 404;
      headers = Array.concat<Types.HeaderField>(notFoundProof.headers, certification);
      body = Certification.NOT_FOUND;
      upgrade = null;
      streaming_strategy = null;
    };
  };

  transient let notFoundProof = Certification.notFoundProof();

  func plain(status_code : Nat16, message : Text) : Types.HttpResponse = {
    status_code;
    headers = [("content-type", "text/plain")];
    body = Text.encodeUtf8(message);
    upgrade = null;
    streaming_strategy = null;
  };

  /// The certified host, for a raw one that the asset does not allow.
  func rawRedirect(asset : Assets.Asset, request : Types.HttpRequest) : ?Text {
    let ?host = Http.header(request.headers, "host") else return null;
    if (asset.allowRawAccess or not Text.contains(host, #text ".raw.ic")) return null;
    ?("https://" # Text.replace(host, #text ".raw.ic", ".ic") # request.url);
  };

  public query func http_request_streaming_callback({key; content_encoding; index; sha256} : Types.StreamingToken) : async ?Types.StreamedPart {
    switch (findChunk(key, content_encoding, index, sha256)) {
      case (#ok(body, encoding)) {
        let token = if (index + 1 == encoding.chunks.size()) null else ?{key; content_encoding; index = index + 1; sha256 = ?encoding.sha256};
        ?{body; token};
      };
      case (#err message) throw Error.reject(message);
    };
  };

  // --- what a proposal to call these methods would do, in words ---

  public query func validate_grant_permission({to_principal; permission} : {to_principal : Principal; permission : Types.Permission}) : async Types.Validation {
    #Ok("grant " # debug_show permission # " permission to principal " # Principal.toText(to_principal));
  };

  public query func validate_revoke_permission({of_principal; permission} : {of_principal : Principal; permission : Types.Permission}) : async Types.Validation {
    #Ok("revoke " # debug_show permission # " permission from principal " # Principal.toText(of_principal));
  };

  public query func validate_take_ownership() : async Types.Validation {
    #Ok("revoke all permissions, then gives the caller Commit permissions");
  };

  public query func validate_commit_proposed_batch({batch_id; evidence} : {batch_id : Types.BatchId; evidence : Blob}) : async Types.Validation {
    let batch = switch (Map.get(batches, Nat.compare, batch_id)) {
      case (?found) found;
      case null return #Err "batch not found";
    };
    if (batch.proposal == null) return #Err "batch does not have CommitBatchArguments";
    if (batch.evidence != ?evidence) return #Err "batch computed evidence does not match presented evidence";
    #Ok("commit proposed batch " # Nat.toText(batch_id) # " with evidence " # Certification.hex(evidence));
  };

  public query func validate_configure(changes : {max_batches : ??Nat64; max_chunks : ??Nat64; max_bytes : ??Nat64}) : async Types.Validation {
    #Ok("configure: " # debug_show changes);
  };

  // --- installation ---

  switch arguments {
    case (?#Init {set_permissions}) {
      if isInstalled Runtime.trap("Cannot upgrade the canister with an Init argument. Use an Upgrade argument.");
      applyPermissions(set_permissions);
    };
    case (?#Upgrade {set_permissions}) {
      if (not isInstalled) Runtime.trap("Cannot install the canister with an Upgrade argument. Use an Init argument.");
      applyPermissions(set_permissions);
    };
    case null {};
  };
  if (not isInstalled) {
    Set.add(committers, Principal.compare, installer);
    isInstalled := true;
  };
  refreshCookie<system>();
  certifyAll();
};
