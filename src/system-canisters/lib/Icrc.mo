/// Types of the token standards ICRC-1, ICRC-2, ICRC-3 and ICRC-103, as the specifications name them.

import Icrc3 "Icrc3";

module {
  public type Subaccount = Blob;
  public type Account = {owner : Principal; subaccount : ?Subaccount};

  public type MetadataValue = {#Nat : Nat; #Int : Int; #Text : Text; #Blob : Blob};
  public type Standard = {name : Text; url : Text};

  public type TransferArgs = {
    from_subaccount : ?Subaccount;
    to : Account;
    amount : Nat;
    fee : ?Nat;
    memo : ?Blob;
    created_at_time : ?Nat64;
  };
  type CommonError = {
    #BadFee : {expected_fee : Nat};
    #InsufficientFunds : {balance : Nat};
    #TooOld;
    #CreatedInFuture : {ledger_time : Nat64};
    #Duplicate : {duplicate_of : Nat};
    #TemporarilyUnavailable;
    #GenericError : {error_code : Nat; message : Text};
  };
  public type TransferError = CommonError or {#BadBurn : {min_burn_amount : Nat}};
  public type TransferFromError = TransferError or {#InsufficientAllowance : {allowance : Nat}};
  public type ApproveError = CommonError or {#AllowanceChanged : {current_allowance : Nat}; #Expired : {ledger_time : Nat64}};

  public type ApproveArgs = {
    from_subaccount : ?Subaccount;
    spender : Account;
    amount : Nat;
    expected_allowance : ?Nat;
    expires_at : ?Nat64;
    fee : ?Nat;
    memo : ?Blob;
    created_at_time : ?Nat64;
  };
  public type TransferFromArgs = {
    spender_subaccount : ?Subaccount;
    from : Account;
    to : Account;
    amount : Nat;
    fee : ?Nat;
    memo : ?Blob;
    created_at_time : ?Nat64;
  };
  public type AllowanceArgs = {account : Account; spender : Account};
  public type Allowance = {allowance : Nat; expires_at : ?Nat64};

  public type ListedAllowance = {from_account : Account; to_spender : Account; allowance : Nat; expires_at : ?Nat64};

  public type Result<T, E> = {#Ok : T; #Err : E};

  public type GetBlocksArgs = {start : Nat; length : Nat};
  public type GetBlocksResult = {
    log_length : Nat;
    blocks : [{id : Nat; block : Icrc3.Value}];
    archived_blocks : [{args : [GetBlocksArgs]; callback : shared query [GetBlocksArgs] -> async GetBlocksResult}];
  };
  public type DataCertificate = {certificate : Blob; hash_tree : Blob};
  public type BlockType = {block_type : Text; url : Text};
  public type ArchiveInfo = {canister_id : Principal; start : Nat; end : Nat};
};
