/// What the system canisters ask of the management canister.

import Error "mo:core/Error";

module {
  public type Settings = {
    controllers : ?[Principal];
    compute_allocation : ?Nat;
    memory_allocation : ?Nat;
    freezing_threshold : ?Nat;
    reserved_cycles_limit : ?Nat;
    wasm_memory_limit : ?Nat;
    wasm_memory_threshold : ?Nat;
    log_visibility : ?{#controllers; #public_; #allowed_viewers : [Principal]};
    environment_variables : ?[{name : Text; value : Text}];
  };

  public let noSettings : Settings = {
    controllers = null;
    compute_allocation = null;
    memory_allocation = null;
    freezing_threshold = null;
    reserved_cycles_limit = null;
    wasm_memory_limit = null;
    wasm_memory_threshold = null;
    log_visibility = null;
    environment_variables = null;
  };

  public type SubnetSelection = {#Subnet : {subnet : Principal}; #Filter : {subnet_type : ?Text}};

  public let ic = actor "aaaaa-aa" : actor {
    create_canister : shared {settings : ?Settings; sender_canister_version : ?Nat64} -> async {canister_id : Principal};
    deposit_cycles : shared {canister_id : Principal} -> async ();
  };

  public type RejectionCode = {
    #NoError;
    #CanisterError;
    #SysTransient;
    #DestinationInvalid;
    #Unknown;
    #SysFatal;
    #CanisterReject;
  };

  public func codeOf(error : Error.Error) : RejectionCode {
    switch (Error.code error) {
      case (#system_fatal) #SysFatal;
      case (#system_transient) #SysTransient;
      case (#destination_invalid) #DestinationInvalid;
      case (#canister_reject) #CanisterReject;
      case (#canister_error) #CanisterError;
      case _ #Unknown;
    };
  };
};
