/// The cycles ledger: cycles in accounts, with ICRC-1, 2, 3, 10, 103 and 106; they come in with `deposit` and leave into canisters.
///
/// The cycles of all accounts are in this canister's own balance. A withdrawal that fails is paid back, less one more fee.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import Cycles "mo:core/Cycles";
import Error "mo:core/Error";
import List "mo:core/List";
import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Nat64 "mo:core/Nat64";
import Nat8 "mo:core/Nat8";
import Principal "mo:core/Principal";
import Runtime "mo:core/Runtime";
import Text "mo:core/Text";
import Time "mo:core/Time";
import Account "lib/Account";
import Feed "lib/Feed";
import Icrc "lib/Icrc";
import Icrc3 "lib/Icrc3";
import Ledger "lib/Ledger";
import Management "lib/Management";
import Sha256 "lib/Sha256";

persistent actor class CyclesLedger(init : {
  #Init : {max_blocks_per_request : Nat64; index_id : ?Principal; initial_balances : ?[(Icrc.Account, Nat)]};
  #Upgrade;
}) {
  type CreationArgs = {settings : ?Management.Settings; subnet_selection : ?Management.SubnetSelection};
  type Common = {
    #GenericError : {error_code : Nat; message : Text};
    #TemporarilyUnavailable;
    #CreatedInFuture : {ledger_time : Nat64};
    #TooOld;
    #InsufficientFunds : {balance : Nat};
  };
  type WithdrawError = Common or {
    #Duplicate : {duplicate_of : Nat};
    #BadFee : {expected_fee : Nat};
    #InvalidReceiver : {receiver : Principal};
    #FailedToWithdraw : {fee_block : ?Nat; rejection_code : Management.RejectionCode; rejection_reason : Text};
  };
  type WithdrawFromError = Common or {
    #Duplicate : {duplicate_of : Nat};
    #InsufficientAllowance : {allowance : Nat};
    #InvalidReceiver : {receiver : Principal};
    #FailedToWithdrawFrom : {
      withdraw_from_block : ?Nat;
      refund_block : ?Nat;
      approval_refund_block : ?Nat;
      rejection_code : Management.RejectionCode;
      rejection_reason : Text;
    };
  };
  type Created = {block_id : Nat; canister_id : Principal};
  type CreateError = Common or {
    #Duplicate : {duplicate_of : Nat; canister_id : ?Principal};
    #FailedToCreate : {fee_block : ?Nat; refund_block : ?Nat; error : Text};
  };
  type CreateFromError = Common or {
    #Duplicate : {duplicate_of : Nat; canister_id : ?Principal};
    #InsufficientAllowance : {allowance : Nat};
    #FailedToCreateFrom : {
      create_from_block : ?Nat;
      refund_block : ?Nat;
      approval_refund_block : ?Nat;
      rejection_code : Management.RejectionCode;
      rejection_reason : Text;
    };
  };

  let FEE : Nat = 100_000_000;
  let MAX_MEMO_BYTES : Nat = 32;

  let settings = switch init {
    case (#Init first) ({maxBlocks = Nat64.toNat(first.max_blocks_per_request); index = first.index_id});
    case (#Upgrade) Runtime.trap("The ledger is not installed yet.");
  };
  let state = Ledger.empty();
  /// Block of the payment → canister that it made.
  let created = Map.empty<Nat, Principal>();

  transient let rules : Ledger.Rules = {
    fee = FEE;
    minter = null;
    minBurn = 0;
    window = 86_400_000_000_000;
    drift = 60_000_000_000;
    describe = Account.describe;
    hash = Icrc3.Hasher().hash;
  };
  transient let feed = Feed.Feed(state, settings.index, func(id) = actor (Principal.toText id) : Feed.Index);
  transient let minting = actor "rkp4c-7iaaa-aaaaa-aaaca-cai" : actor {
    create_canister : shared {settings : ?Management.Settings; subnet_selection : ?Management.SubnetSelection} -> async {
      #Ok : Principal;
      #Err : {#Refunded : {refund_amount : Nat; create_error : Text}};
    };
  };

  func now() : Nat64 = Nat64.fromIntWrap(Time.now());

  if (List.isEmpty(state.blocks)) {
    let #Init {initial_balances = ?balances} = init else Runtime.trap("The ledger is not installed yet.");
    for ((account, amount) in balances.vals()) {
      let operation = #mint {to = Account.keyOf account; amount};
      ignore Ledger.apply(state, rules, {operation; fee = null; memo = null; numericMemo = 0; createdAt = null}, now());
    };
  };
  // An upgrade stops the timer that was to send the last blocks.
  feed.poke<system>();

  func apply<system>(transaction : Ledger.Transaction) : Icrc.Result<Nat, Ledger.Error> {
    let result = Ledger.apply(state, rules, transaction, now());
    switch result {
      case (#Ok _) feed.poke<system>();
      case (#Err _) {};
    };
    result;
  };

  func checkMemo(memo : ?Blob) {
    switch memo {
      case (?bytes) if (bytes.size() > MAX_MEMO_BYTES) Runtime.trap("the memo field is too large");
      case null {};
    };
  };

  // Cycles in.

  public shared func deposit({to; memo} : {to : Icrc.Account; memo : ?Blob}) : async {block_index : Nat; balance : Nat} {
    checkMemo memo;
    let key = Account.keyOf to;
    let available = Cycles.available();
    if (available <= FEE) Runtime.trap("The requested amount " # Nat.toText available # " to be deposited is less than the cycles ledger fee");
    let accepted = Cycles.accept<system>(available);
    let operation = #mint {to = key; amount = accepted - FEE : Nat};
    let #Ok block_index = apply<system>({operation; fee = null; memo; numericMemo = 0; createdAt = null}) else Runtime.unreachable();
    {block_index; balance = Ledger.balanceOf(state, key)};
  };

  // Cycles out.

  type Payment = {from : Icrc.Account; spender : ?Icrc.Account; amount : Nat; memo : Blob; createdAt : ?Nat64};

  func pay<system>({from; spender; amount; memo; createdAt} : Payment) : Icrc.Result<Nat, Ledger.Error> {
    let source = Account.keyOf from;
    let other = switch spender {
      case (?account) if (Account.keyOf account == source) null else ?Account.keyOf account;
      case null null;
    };
    let operation = #burn {from = source; spender = other; amount};
    apply<system>({operation; fee = null; memo = ?memo; numericMemo = 0; createdAt});
  };

  /// Less the fee of the refund's block; nothing when the fee is all there is.
  func refund<system>(from : Icrc.Account, amount : Nat) : ?Nat {
    if (amount <= FEE) return null;
    let operation = #mint {to = Account.keyOf from; amount = amount - FEE : Nat};
    let #Ok block = apply<system>({operation; fee = null; memo = ?Text.encodeUtf8("refund"); numericMemo = 0; createdAt = null}) else return null;
    ?block;
  };

  public shared ({caller}) func withdraw({amount; from_subaccount; to; created_at_time} : {
    amount : Nat;
    from_subaccount : ?Blob;
    to : Principal;
    created_at_time : ?Nat64;
  }) : async Icrc.Result<Nat, WithdrawError> {
    if (not isCanister to) return #Err(#InvalidReceiver {receiver = to});
    let from = {owner = caller; subaccount = from_subaccount};
    switch (pay<system>({from; spender = null; amount; memo = Principal.toBlob to; createdAt = created_at_time})) {
      case (#Err(#Duplicate e)) #Err(#Duplicate e);
      case (#Err error) #Err(asCommon error);
      case (#Ok block) {
        try {
          await (with cycles = amount) Management.ic.deposit_cycles({canister_id = to});
          #Ok block;
        } catch error {
          let fee_block = refund<system>(from, amount);
          #Err(#FailedToWithdraw {fee_block; rejection_code = Management.codeOf error; rejection_reason = Error.message error});
        };
      };
    };
  };

  public shared ({caller}) func withdraw_from({spender_subaccount; from; to; amount; created_at_time} : {
    spender_subaccount : ?Blob;
    from : Icrc.Account;
    to : Principal;
    amount : Nat;
    created_at_time : ?Nat64;
  }) : async Icrc.Result<Nat, WithdrawFromError> {
    if (not isCanister to) return #Err(#InvalidReceiver {receiver = to});
    let spender = ?{owner = caller; subaccount = spender_subaccount};
    switch (pay<system>({from; spender; amount; memo = Principal.toBlob to; createdAt = created_at_time})) {
      case (#Err(#Duplicate e)) #Err(#Duplicate e);
      case (#Err(#InsufficientAllowance e)) #Err(#InsufficientAllowance e);
      case (#Err error) #Err(asCommon error);
      case (#Ok block) {
        try {
          await (with cycles = amount) Management.ic.deposit_cycles({canister_id = to});
          #Ok block;
        } catch error {
          #Err(#FailedToWithdrawFrom {
            withdraw_from_block = ?block;
            refund_block = refund<system>(from, amount);
            approval_refund_block = null;
            rejection_code = Management.codeOf error;
            rejection_reason = Error.message error;
          });
        };
      };
    };
  };

  public shared ({caller}) func create_canister({from_subaccount; created_at_time; amount; creation_args} : {
    from_subaccount : ?Blob;
    created_at_time : ?Nat64;
    amount : Nat;
    creation_args : ?CreationArgs;
  }) : async Icrc.Result<Created, CreateError> {
    let from = {owner = caller; subaccount = from_subaccount};
    switch (pay<system>({from; spender = null; amount; memo = memoOf creation_args; createdAt = created_at_time})) {
      case (#Err(#Duplicate {duplicate_of})) #Err(#Duplicate {duplicate_of; canister_id = findCreated duplicate_of});
      case (#Err error) #Err(asCommon error);
      case (#Ok block) {
        switch (await* create(caller, amount, creation_args, block)) {
          case (#Ok canister_id) #Ok {block_id = block; canister_id};
          case (#Err(_, error)) #Err(#FailedToCreate {fee_block = ?block; refund_block = refund<system>(from, amount); error});
        };
      };
    };
  };

  public shared ({caller}) func create_canister_from({spender_subaccount; from; created_at_time; amount; creation_args} : {
    spender_subaccount : ?Blob;
    from : Icrc.Account;
    created_at_time : ?Nat64;
    amount : Nat;
    creation_args : ?CreationArgs;
  }) : async Icrc.Result<Created, CreateFromError> {
    let spender = ?{owner = caller; subaccount = spender_subaccount};
    switch (pay<system>({from; spender; amount; memo = memoOf creation_args; createdAt = created_at_time})) {
      case (#Err(#Duplicate {duplicate_of})) #Err(#Duplicate {duplicate_of; canister_id = findCreated duplicate_of});
      case (#Err(#InsufficientAllowance e)) #Err(#InsufficientAllowance e);
      case (#Err error) #Err(asCommon error);
      case (#Ok block) {
        switch (await* create(caller, amount, creation_args, block)) {
          case (#Ok canister_id) #Ok {block_id = block; canister_id};
          case (#Err(rejection_code, rejection_reason)) #Err(#FailedToCreateFrom {
            create_from_block = ?block;
            refund_block = refund<system>(from, amount);
            approval_refund_block = null;
            rejection_code;
            rejection_reason;
          });
        };
      };
    };
  };

  func create(caller : Principal, amount : Nat, args : ?CreationArgs, block : Nat) : async* Icrc.Result<Principal, (Management.RejectionCode, Text)> {
    let {settings = wanted; subnet_selection} = switch args {
      case (?given) given;
      case null ({settings = null; subnet_selection = null});
    };
    let base = switch wanted {
      case (?given) given;
      case null Management.noSettings;
    };
    let controllers = switch (base.controllers) {
      case (?given) given;
      case null [caller];
    };
    try {
      switch (await (with cycles = amount) minting.create_canister({settings = ?{base with controllers = ?controllers}; subnet_selection})) {
        case (#Ok id) {
          Map.add(created, Nat.compare, block, id);
          #Ok id;
        };
        case (#Err(#Refunded {create_error})) #Err(#CanisterReject, create_error);
      };
    } catch error {
      #Err(Management.codeOf error, Error.message error);
    };
  };

  func findCreated(block : Nat) : ?Principal = Map.get(created, Nat.compare, block);

  /// Requests for different canisters must not count as one.
  func memoOf(args : ?CreationArgs) : Blob = Sha256.of(to_candid (args));

  /// Ids of canisters end in 1.
  func isCanister(principal : Principal) : Bool {
    let bytes = Blob.toArray(Principal.toBlob principal);
    bytes.size() > 0 and bytes[bytes.size() - 1 : Nat] == (1 : Nat8);
  };

  func asCommon(error : Ledger.Error) : Common {
    switch error {
      case (#CreatedInFuture e) #CreatedInFuture e;
      case (#TooOld) #TooOld;
      case (#InsufficientFunds e) #InsufficientFunds e;
      case (#GenericError e) #GenericError e;
      case (#TemporarilyUnavailable) #TemporarilyUnavailable;
      // A burn asks for an amount.
      case (#BadBurn _) #GenericError {error_code = 1; message = "The amount must be positive."};
      case _ Runtime.unreachable();
    };
  };

  // ICRC-1.

  public query func icrc1_name() : async Text = async "Trillion Cycles";
  public query func icrc1_symbol() : async Text = async "TCYCLES";
  public query func icrc1_decimals() : async Nat8 = async (12 : Nat8);
  public query func icrc1_fee() : async Nat = async FEE;
  public query func icrc1_total_supply() : async Nat = async state.supply;
  public query func icrc1_minting_account() : async ?Icrc.Account = async null;
  public query func icrc1_balance_of(account : Icrc.Account) : async Nat = async Ledger.balanceOf(state, Account.keyOf account);

  public query func icrc1_metadata() : async [(Text, Icrc.MetadataValue)] {
    [
      ("icrc1:decimals", #Nat 12),
      ("icrc1:name", #Text "Trillion Cycles"),
      ("icrc1:symbol", #Text "TCYCLES"),
      ("icrc1:fee", #Nat FEE),
      ("icrc1:max_memo_length", #Nat MAX_MEMO_BYTES),
    ];
  };

  transient let standards = Ledger.standards(["ICRC-1", "ICRC-2", "ICRC-3", "ICRC-10", "ICRC-103", "ICRC-106"]);
  public query func icrc1_supported_standards() : async [Icrc.Standard] = async standards;
  public query func icrc10_supported_standards() : async [Icrc.Standard] = async standards;

  public shared ({caller}) func icrc1_transfer(args : Icrc.TransferArgs) : async Icrc.Result<Nat, Icrc.TransferError> {
    checkMemo(args.memo);
    let from = Account.keyOf {owner = caller; subaccount = args.from_subaccount};
    let operation = #transfer {from; spender = null; to = Account.keyOf(args.to); amount = args.amount};
    let {fee; memo; created_at_time = createdAt} = args;
    switch (apply<system>({operation; fee; memo; numericMemo = 0; createdAt})) {
      case (#Ok index) #Ok index;
      case (#Err error) #Err(Ledger.asTransferError error);
    };
  };

  // ICRC-2.

  public shared ({caller}) func icrc2_approve(args : Icrc.ApproveArgs) : async Icrc.Result<Nat, Icrc.ApproveError> {
    checkMemo(args.memo);
    let from = Account.keyOf {owner = caller; subaccount = args.from_subaccount};
    let spender = Account.keyOf(args.spender);
    if (from == spender) Runtime.trap("self approval is not allowed");
    let {amount; expected_allowance = expectedAllowance; expires_at = expiresAt; fee; memo; created_at_time = createdAt} = args;
    let operation = #approve {from; spender; amount; expectedAllowance; expiresAt};
    switch (apply<system>({operation; fee; memo; numericMemo = 0; createdAt})) {
      case (#Ok index) #Ok index;
      case (#Err error) #Err(Ledger.asApproveError error);
    };
  };

  public shared ({caller}) func icrc2_transfer_from(args : Icrc.TransferFromArgs) : async Icrc.Result<Nat, Icrc.TransferFromError> {
    checkMemo(args.memo);
    let other = Account.keyOf {owner = caller; subaccount = args.spender_subaccount};
    let from = Account.keyOf(args.from);
    let spender = if (other == from) null else ?other;
    let operation = #transfer {from; spender; to = Account.keyOf(args.to); amount = args.amount};
    let {fee; memo; created_at_time = createdAt} = args;
    switch (apply<system>({operation; fee; memo; numericMemo = 0; createdAt})) {
      case (#Ok index) #Ok index;
      case (#Err error) #Err(Ledger.asTransferFromError error);
    };
  };

  public query func icrc2_allowance({account; spender} : Icrc.AllowanceArgs) : async Icrc.Allowance {
    Ledger.allowanceOf(state, Account.keyOf account, Account.keyOf spender, now());
  };

  // ICRC-3, 103 and 106.

  public query func icrc3_get_blocks(ranges : [Icrc.GetBlocksArgs]) : async Icrc.GetBlocksResult {
    Ledger.getBlocks(state, rules, ranges, settings.maxBlocks);
  };
  public query func icrc3_get_archives(_ : {from : ?Principal}) : async [Icrc.ArchiveInfo] = async [];
  public query func icrc3_get_tip_certificate() : async ?Icrc.DataCertificate = async Ledger.tipCertificate state;
  public query func icrc3_supported_block_types() : async [Icrc.BlockType] = async Ledger.blockTypes;

  public shared query ({caller}) func icrc103_get_allowances({from_account; prev_spender; take} : {
    from_account : ?Icrc.Account;
    prev_spender : ?Icrc.Account;
    take : ?Nat;
  }) : async Icrc.Result<[Icrc.ListedAllowance], {#AccessDenied : {reason : Text}; #GenericError : {error_code : Nat; message : Text}}> {
    let from = switch from_account {
      case (?account) account;
      case null ({owner = caller; subaccount = null});
    };
    let after = switch prev_spender {
      case (?account) ?Account.keyOf account;
      case null null;
    };
    let limit = switch take {
      case (?count) Nat.min(count, settings.maxBlocks);
      case null settings.maxBlocks;
    };
    let found = Ledger.listAllowances(state, {from = Account.keyOf from; after; limit; now = now()});
    #Ok(Array.map<(Ledger.Key, Icrc.Allowance), Icrc.ListedAllowance>(found, func(spender, {allowance; expires_at}) = {
      from_account = from;
      to_spender = Account.ofKey spender;
      allowance;
      expires_at;
    }));
  };

  public query func icrc106_get_index_principal() : async Icrc.Result<Principal, {#IndexPrincipalNotSet; #GenericError : {error_code : Nat; description : Text}}> {
    switch (settings.index) {
      case (?id) #Ok id;
      case null #Err(#IndexPrincipalNotSet);
    };
  };
};
