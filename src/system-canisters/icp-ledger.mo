/// The ICP ledger: the legacy interface by account identifier, and ICRC-1, 2, 3, 10 over the same books.
///
/// All blocks stay here: there are no archives. Blocks of ICRC-3 name accounts by their 32-byte identifiers, for a legacy transfer does not tell
/// the owner of its receiver.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import CertifiedData "mo:core/CertifiedData";
import List "mo:core/List";
import Nat "mo:core/Nat";
import Nat64 "mo:core/Nat64";
import Nat8 "mo:core/Nat8";
import Principal "mo:core/Principal";
import Runtime "mo:core/Runtime";
import Time "mo:core/Time";
import AccountIdentifier "lib/AccountIdentifier";
import Feed "lib/Feed";
import Icrc "lib/Icrc";
import Icrc3 "lib/Icrc3";
import Ledger "lib/Ledger";

persistent actor class IcpLedger(init : {
  #Init : {
    minting_account : Text;
    icrc1_minting_account : ?Icrc.Account;
    initial_values : [(Text, {e8s : Nat64})];
    index_id : ?Principal;
  };
  #Upgrade;
}) {
  type Tokens = {e8s : Nat64};
  type TimeStamp = {timestamp_nanos : Nat64};
  type AccountId = Blob;
  type TransferArgs = {
    memo : Nat64;
    amount : Tokens;
    fee : Tokens;
    from_subaccount : ?Blob;
    to : AccountId;
    created_at_time : ?TimeStamp;
  };
  type TransferError = {
    #BadFee : {expected_fee : Tokens};
    #InsufficientFunds : {balance : Tokens};
    #TxTooOld : {allowed_window_nanos : Nat64};
    #TxCreatedInFuture;
    #TxDuplicate : {duplicate_of : Nat64};
  };
  type Operation = {
    #Mint : {to : AccountId; amount : Tokens};
    #Burn : {from : AccountId; spender : ?AccountId; amount : Tokens};
    #Transfer : {from : AccountId; to : AccountId; amount : Tokens; fee : Tokens; spender : ?AccountId};
    #Approve : {
      from : AccountId;
      spender : AccountId;
      allowance_e8s : Int;
      allowance : Tokens;
      fee : Tokens;
      expires_at : ?TimeStamp;
      expected_allowance : ?Tokens;
    };
  };
  type Block = {
    parent_hash : ?Blob;
    transaction : {memo : Nat64; icrc1_memo : ?Blob; operation : ?Operation; created_at_time : TimeStamp};
    timestamp : TimeStamp;
  };
  type BlockRange = {blocks : [Block]};
  type GetBlocksArgs = {start : Nat64; length : Nat64};
  type QueryBlocksResponse = {
    chain_length : Nat64;
    certificate : ?Blob;
    blocks : [Block];
    first_block_index : Nat64;
    archived_blocks : [{start : Nat64; length : Nat64; callback : shared query GetBlocksArgs -> async {#Ok : BlockRange; #Err : {#Other : {error_code : Nat64; error_message : Text}}}}];
  };

  let FEE : Nat = 10_000;
  let MAX_MEMO_BYTES : Nat = 32;
  let MAX_BLOCKS : Nat = 2_000;
  let MAX_E8S : Nat = 0xffff_ffff_ffff_ffff;

  let settings = switch init {
    case (#Init first) ({
      minter = AccountIdentifier.fromText(first.minting_account);
      minterAccount = first.icrc1_minting_account;
      index = first.index_id;
    });
    case (#Upgrade) Runtime.trap("The ledger is not installed yet.");
  };
  let state = Ledger.empty();

  transient let rules : Ledger.Rules = {
    fee = FEE;
    minter = ?settings.minter;
    minBurn = FEE;
    window = 86_400_000_000_000;
    drift = 60_000_000_000;
    describe = func(key) = #Array([#Blob key]);
    hash = Icrc3.Hasher().hash;
  };
  transient let feed = Feed.Feed(state, settings.index, func(id) = actor (Principal.toText id) : Feed.Index);

  func now() : Nat64 = Nat64.fromIntWrap(Time.now());

  if (List.isEmpty(state.blocks)) {
    let #Init {initial_values} = init else Runtime.trap("The ledger is not installed yet.");
    for ((account, {e8s}) in initial_values.vals()) {
      let operation = #mint {to = AccountIdentifier.fromText account; amount = Nat64.toNat e8s};
      ignore Ledger.apply(state, rules, {operation; fee = null; memo = null; numericMemo = 0; createdAt = null}, now());
    };
  };
  // An upgrade stops the timer that was to send the last blocks.
  feed.poke<system>();

  func tokens(amount : Nat) : Tokens = {e8s = Nat64.fromNat amount};

  func apply<system>(transaction : Ledger.Transaction) : Icrc.Result<Nat, Ledger.Error> {
    let result = Ledger.apply(state, rules, transaction, now());
    switch result {
      case (#Ok _) feed.poke<system>();
      case (#Err _) {};
    };
    result;
  };

  /// From the minter it makes tokens, to the minter it destroys them.
  func operationOf(from : AccountId, to : AccountId, spender : ?AccountId, amount : Nat) : Ledger.Operation {
    if (from == settings.minter and to == settings.minter) Runtime.trap("The minting account cannot pay itself.");
    if (from == settings.minter) {
      if (spender != null) Runtime.trap("The minting account cannot delegate mints.");
      if (amount > MAX_E8S) Runtime.trap("The amount is larger than the ledger can count.");
      #mint {to; amount};
    } else if (to == settings.minter) #burn {from; spender; amount} else #transfer {from; spender; to; amount};
  };

  func checkMemo(memo : ?Blob) {
    switch memo {
      case (?bytes) if (bytes.size() > MAX_MEMO_BYTES) Runtime.trap("the memo field is too large");
      case null {};
    };
  };

  // The legacy interface.

  func send<system>(caller : Principal, args : TransferArgs) : Icrc.Result<Nat64, TransferError> {
    if (not AccountIdentifier.isValid(args.to)) Runtime.trap("Invalid destination: the checksum of the account identifier does not match.");
    let from = AccountIdentifier.ofAccount {owner = caller; subaccount = args.from_subaccount};
    let operation = operationOf(from, args.to, null, Nat64.toNat(args.amount.e8s));
    let transaction : Ledger.Transaction = {
      operation;
      fee = ?Nat64.toNat(args.fee.e8s);
      memo = null;
      numericMemo = args.memo;
      createdAt = switch (args.created_at_time) {
        case (?{timestamp_nanos}) ?timestamp_nanos;
        case null null;
      };
    };
    switch (apply<system>(transaction)) {
      case (#Ok index) #Ok(Nat64.fromNat index);
      case (#Err(#BadFee {expected_fee})) #Err(#BadFee {expected_fee = tokens expected_fee});
      case (#Err(#InsufficientFunds {balance})) #Err(#InsufficientFunds {balance = tokens balance});
      case (#Err(#TooOld)) #Err(#TxTooOld {allowed_window_nanos = rules.window});
      case (#Err(#CreatedInFuture _)) #Err(#TxCreatedInFuture);
      case (#Err(#Duplicate {duplicate_of})) #Err(#TxDuplicate {duplicate_of = Nat64.fromNat duplicate_of});
      case (#Err(#BadBurn {min_burn_amount})) Runtime.trap("Burns lower than " # Nat.toText min_burn_amount # " e8s are not allowed");
      case _ Runtime.unreachable();
    };
  };

  public shared ({caller}) func transfer(args : TransferArgs) : async Icrc.Result<Nat64, TransferError> {
    send<system>(caller, args);
  };

  public shared ({caller}) func send_dfx(args : {
    memo : Nat64;
    amount : Tokens;
    fee : Tokens;
    from_subaccount : ?Blob;
    to : Text;
    created_at_time : ?TimeStamp;
  }) : async Nat64 {
    switch (send<system>(caller, {args with to = AccountIdentifier.fromText(args.to)})) {
      case (#Ok index) index;
      case (#Err error) Runtime.trap(debug_show error);
    };
  };

  public query func account_balance({account} : {account : AccountId}) : async Tokens = async tokens(Ledger.balanceOf(state, account));

  public query func account_balance_dfx({account} : {account : Text}) : async Tokens {
    tokens(Ledger.balanceOf(state, AccountIdentifier.fromText account));
  };

  public query func account_identifier(account : Icrc.Account) : async AccountId = async AccountIdentifier.ofAccount account;

  public query func transfer_fee(_ : {}) : async {transfer_fee : Tokens} = async ({transfer_fee = tokens FEE});
  public query func symbol() : async {symbol : Text} = async ({symbol = "ICP"});
  public query func name() : async {name : Text} = async ({name = "Internet Computer"});
  public query func decimals() : async {decimals : Nat32} = async ({decimals = 8});
  public query func archives() : async {archives : [{canister_id : Principal}]} = async ({archives = []});
  public query func is_ledger_ready() : async Bool = async true;

  public query func tip_of_chain() : async {certification : ?Blob; tip_index : Nat64} {
    {certification = CertifiedData.getCertificate(); tip_index = Nat64.fromNat(Nat.max(1, List.size(state.blocks)) - 1 : Nat)};
  };

  public query func query_blocks({start; length} : GetBlocksArgs) : async QueryBlocksResponse {
    let size = List.size(state.blocks);
    let first = Nat.min(size, Nat64.toNat start);
    let end = Nat.min(size, first + Nat.min(MAX_BLOCKS, Nat64.toNat length));
    {
      chain_length = Nat64.fromNat size;
      certificate = CertifiedData.getCertificate();
      blocks = Array.map<Ledger.Block, Block>(List.sliceToArray(state.blocks, first, end), toLegacy);
      first_block_index = Nat64.fromNat first;
      archived_blocks = [];
    };
  };

  func toLegacy({transaction; fee; timestamp; parentHash} : Ledger.Block) : Block {
    let operation : Operation = switch (transaction.operation) {
      case (#mint {to; amount}) #Mint {to; amount = tokens amount};
      case (#burn {from; spender; amount}) #Burn {from; spender; amount = tokens amount};
      case (#transfer {from; spender; to; amount}) #Transfer {from; to; amount = tokens amount; fee = tokens fee; spender};
      case (#approve {from; spender; amount; expectedAllowance; expiresAt}) #Approve {
        from;
        spender;
        allowance_e8s = amount;
        allowance = tokens(Nat.min(MAX_E8S, amount));
        fee = tokens fee;
        expires_at = asTime expiresAt;
        expected_allowance = switch expectedAllowance {
          case (?expected) ?tokens(Nat.min(MAX_E8S, expected));
          case null null;
        };
      };
    };
    let createdAt = switch (transaction.createdAt) {
      case (?time) time;
      case null timestamp;
    };
    {
      parent_hash = parentHash;
      transaction = {
        memo = transaction.numericMemo;
        icrc1_memo = transaction.memo;
        operation = ?operation;
        created_at_time = {timestamp_nanos = createdAt};
      };
      timestamp = {timestamp_nanos = timestamp};
    };
  };

  func asTime(time : ?Nat64) : ?TimeStamp = switch time {
    case (?timestamp_nanos) ?{timestamp_nanos};
    case null null;
  };

  // ICRC-1.

  public query func icrc1_name() : async Text = async "Internet Computer";
  public query func icrc1_symbol() : async Text = async "ICP";
  public query func icrc1_decimals() : async Nat8 = async (8 : Nat8);
  public query func icrc1_fee() : async Nat = async FEE;
  public query func icrc1_total_supply() : async Nat = async state.supply;
  public query func icrc1_minting_account() : async ?Icrc.Account = async settings.minterAccount;
  public query func icrc1_balance_of(account : Icrc.Account) : async Nat = async Ledger.balanceOf(state, AccountIdentifier.ofAccount account);

  public query func icrc1_metadata() : async [(Text, Icrc.MetadataValue)] {
    [
      ("icrc1:decimals", #Nat 8),
      ("icrc1:name", #Text "Internet Computer"),
      ("icrc1:symbol", #Text "ICP"),
      ("icrc1:fee", #Nat FEE),
      ("icrc1:max_memo_length", #Nat MAX_MEMO_BYTES),
    ];
  };

  transient let standards = Ledger.standards(["ICRC-1", "ICRC-2", "ICRC-3", "ICRC-10", "ICRC-106"]);
  public query func icrc1_supported_standards() : async [Icrc.Standard] = async standards;
  public query func icrc10_supported_standards() : async [Icrc.Standard] = async standards;

  public shared ({caller}) func icrc1_transfer(args : Icrc.TransferArgs) : async Icrc.Result<Nat, Icrc.TransferError> {
    checkMemo(args.memo);
    let from = AccountIdentifier.ofAccount {owner = caller; subaccount = args.from_subaccount};
    let operation = operationOf(from, AccountIdentifier.ofAccount(args.to), null, args.amount);
    let {fee; memo; created_at_time = createdAt} = args;
    switch (apply<system>({operation; fee; memo; numericMemo = 0; createdAt})) {
      case (#Ok index) #Ok index;
      case (#Err error) #Err(Ledger.asTransferError error);
    };
  };

  // ICRC-2.

  public shared ({caller}) func icrc2_approve(args : Icrc.ApproveArgs) : async Icrc.Result<Nat, Icrc.ApproveError> {
    checkMemo(args.memo);
    let from = AccountIdentifier.ofAccount {owner = caller; subaccount = args.from_subaccount};
    let spender = AccountIdentifier.ofAccount(args.spender);
    if (from == spender) Runtime.trap("self approval is not allowed");
    if (from == settings.minter) Runtime.trap("the minting account cannot delegate mints");
    let {amount; expected_allowance = expectedAllowance; expires_at = expiresAt; fee; memo; created_at_time = createdAt} = args;
    let operation = #approve {from; spender; amount; expectedAllowance; expiresAt};
    switch (apply<system>({operation; fee; memo; numericMemo = 0; createdAt})) {
      case (#Ok index) #Ok index;
      case (#Err error) #Err(Ledger.asApproveError error);
    };
  };

  public shared ({caller}) func icrc2_transfer_from(args : Icrc.TransferFromArgs) : async Icrc.Result<Nat, Icrc.TransferFromError> {
    checkMemo(args.memo);
    let spender = AccountIdentifier.ofAccount {owner = caller; subaccount = args.spender_subaccount};
    let from = AccountIdentifier.ofAccount(args.from);
    let operation = operationOf(from, AccountIdentifier.ofAccount(args.to), if (spender == from) null else ?spender, args.amount);
    let {fee; memo; created_at_time = createdAt} = args;
    switch (apply<system>({operation; fee; memo; numericMemo = 0; createdAt})) {
      case (#Ok index) #Ok index;
      case (#Err error) #Err(Ledger.asTransferFromError error);
    };
  };

  public query func icrc2_allowance({account; spender} : Icrc.AllowanceArgs) : async Icrc.Allowance {
    Ledger.allowanceOf(state, AccountIdentifier.ofAccount account, AccountIdentifier.ofAccount spender, now());
  };

  // ICRC-3.

  public query func icrc3_get_blocks(ranges : [Icrc.GetBlocksArgs]) : async Icrc.GetBlocksResult = async Ledger.getBlocks(state, rules, ranges, MAX_BLOCKS);
  public query func icrc3_get_archives(_ : {from : ?Principal}) : async [Icrc.ArchiveInfo] = async [];
  public query func icrc3_get_tip_certificate() : async ?Icrc.DataCertificate = async Ledger.tipCertificate state;
  public query func icrc3_supported_block_types() : async [Icrc.BlockType] = async Ledger.blockTypes;

  public query func icrc106_get_index_principal() : async Icrc.Result<Principal, {#IndexPrincipalNotSet; #GenericError : {error_code : Nat; description : Text}}> {
    switch (settings.index) {
      case (?id) #Ok id;
      case null #Err(#IndexPrincipalNotSet);
    };
  };
};
