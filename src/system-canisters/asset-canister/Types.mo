/// The interface of the asset canister, as the standard one has it. Source: certified assets, Candid interface, API version 2.

module {
  public type BatchId = Nat;
  public type ChunkId = Nat;
  public type Key = Text;
  public type Time = Int;
  public type HeaderField = (Text, Text);

  public type Permission = {#Commit; #ManagePermissions; #Prepare};

  public type SetPermissions = {prepare : [Principal]; commit : [Principal]; manage_permissions : [Principal]};
  public type Arguments = {#Init : {set_permissions : ?SetPermissions}; #Upgrade : {set_permissions : ?SetPermissions}};

  public type CreateAsset = {
    key : Key;
    content_type : Text;
    max_age : ?Nat64;
    headers : ?[HeaderField];
    enable_aliasing : ?Bool;
    allow_raw_access : ?Bool;
  };
  public type SetAssetContent = {key : Key; content_encoding : Text; chunk_ids : [ChunkId]; last_chunk : ?Blob; sha256 : ?Blob};
  public type SetAssetProperties = {
    key : Key;
    max_age : ??Nat64;
    headers : ??[HeaderField];
    allow_raw_access : ??Bool;
    is_aliased : ??Bool;
  };
  public type UnsetAssetContent = {key : Key; content_encoding : Text};
  public type DeleteAsset = {key : Key};
  public type Operation = {
    #CreateAsset : CreateAsset;
    #SetAssetContent : SetAssetContent;
    #SetAssetProperties : SetAssetProperties;
    #UnsetAssetContent : UnsetAssetContent;
    #DeleteAsset : DeleteAsset;
    #Clear : {};
  };
  public type CommitBatch = {batch_id : BatchId; operations : [Operation]};

  public type HttpRequest = {method : Text; url : Text; headers : [HeaderField]; body : Blob; certificate_version : ?Nat16};
  public type StreamingToken = {key : Key; content_encoding : Text; index : Nat; sha256 : ?Blob};
  public type StreamedPart = {body : Blob; token : ?StreamingToken};
  public type StreamingStrategy = {#Callback : {callback : shared query StreamingToken -> async ?StreamedPart; token : StreamingToken}};
  public type HttpResponse = {
    status_code : Nat16;
    headers : [HeaderField];
    body : Blob;
    upgrade : ?Bool;
    streaming_strategy : ?StreamingStrategy;
  };

  public type EncodingDetails = {content_encoding : Text; sha256 : ?Blob; length : Nat; modified : Time};
  public type AssetDetails = {
    key : Key;
    content_type : Text;
    encodings : [EncodingDetails];
    max_age : ?Nat64;
    headers : ?[HeaderField];
    allow_raw_access : ?Bool;
    is_aliased : ?Bool;
  };
  public type AssetProperties = {max_age : ?Nat64; headers : ?[HeaderField]; allow_raw_access : ?Bool; is_aliased : ?Bool};

  public type Configuration = {max_batches : ?Nat64; max_chunks : ?Nat64; max_bytes : ?Nat64};
  public type Validation = {#Ok : Text; #Err : Text};
};
