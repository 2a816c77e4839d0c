/// The cycles minting canister: turns ICP that was paid to it into cycles, for canisters and accounts.
///
/// Cycles are made by `Cycles.burn`: the build renames that import of this one canister to `ic0.mint_cycles128`, which has the same shape and which
/// the replica lets only the canister of this id call.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import CertifiedData "mo:core/CertifiedData";
import Cycles "mo:core/Cycles";
import Error "mo:core/Error";
import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Nat64 "mo:core/Nat64";
import Nat8 "mo:core/Nat8";
import Principal "mo:core/Principal";
import Text "mo:core/Text";
import Time "mo:core/Time";
import Prim "mo:prim";
import AccountIdentifier "lib/AccountIdentifier";
import Icrc "lib/Icrc";
import Icrc3 "lib/Icrc3";
import Management "lib/Management";

persistent actor class CyclesMinting(init : {
  ledger_canister_id : Principal;
  cycles_ledger_canister_id : Principal;
  minting_account_id : Text;
  xdr_permyriad_per_icp : Nat64;
}) = self {
  type NotifyError = {
    #Refunded : {reason : Text; block_index : ?Nat64};
    #Processing;
    #TransactionTooOld : Nat64;
    #InvalidTransaction : Text;
    #Other : {error_code : Nat64; error_message : Text};
  };
  type Minted = {block_index : Nat; minted : Nat; balance : Nat};
  /// What became of a payment.
  type Outcome = {
    #processing;
    #toppedUp : Icrc.Result<Nat, NotifyError>;
    #created : Icrc.Result<Principal, NotifyError>;
    #minted : Icrc.Result<Minted, NotifyError>;
  };

  type Tokens = {e8s : Nat64};
  type Operation = {
    #Transfer : {from : Blob; to : Blob; amount : Tokens; fee : Tokens};
    #Mint : {to : Blob; amount : Tokens};
    #Burn : {from : Blob; amount : Tokens};
    #Approve : {from : Blob};
  };
  type Block = {transaction : {memo : Nat64; icrc1_memo : ?Blob; operation : ?Operation}};
  type Ledger = actor {
    query_blocks : shared query {start : Nat64; length : Nat64} -> async {blocks : [Block]};
    transfer : shared {
      memo : Nat64;
      amount : Tokens;
      fee : Tokens;
      from_subaccount : ?Blob;
      to : Blob;
      created_at_time : ?{timestamp_nanos : Nat64};
    } -> async {#Ok : Nat64; #Err : {#BadFee : {}; #InsufficientFunds : {}; #TxTooOld : {}; #TxCreatedInFuture; #TxDuplicate : {}}};
  };
  type CyclesLedger = actor {
    deposit : shared {to : Icrc.Account; memo : ?Blob} -> async {block_index : Nat; balance : Nat};
  };

  let MEMO_TOP_UP : Nat64 = 0x50555054;
  let MEMO_CREATE : Nat64 = 0x41455243;
  let MEMO_MINT : Nat64 = 0x544e494d;
  let LEDGER_FEE : Nat64 = 10_000;
  /// Multiples of the ledger's fee that a refund is reduced by.
  let TOP_UP_REFUND_FEES : Nat64 = 2;
  let CREATE_REFUND_FEES : Nat64 = 4;
  let MINT_REFUND_FEES : Nat64 = 4;
  let MAX_MEMO_BYTES : Nat = 32;
  /// Payments remembered; those before are too old.
  let MAX_OUTCOMES : Nat = 100_000;
  /// Numbers of the errors that have no variant of their own.
  let FAILED_TO_FETCH_BLOCK : Nat64 = 2;
  let REFUND_FAILED : Nat64 = 3;
  let BAD_SUBNET_SELECTION : Nat64 = 4;
  let UNAUTHORIZED : Nat64 = 5;
  let DEPOSIT_MEMO_TOO_LONG : Nat64 = 6;

  let settings = init;
  let mintingAccount = AccountIdentifier.fromText(init.minting_account_id);
  let outcomes = Map.empty<Nat64, Outcome>();
  var lastForgotten : ?Nat64 = null;
  var totalMinted : Nat = 0;
  let rate = {xdr_permyriad_per_icp = init.xdr_permyriad_per_icp; timestamp_seconds = Nat64.fromIntWrap(Time.now() / 1_000_000_000)};

  transient let ledger = actor (Principal.toText(settings.ledger_canister_id)) : Ledger;
  transient let cyclesLedger = actor (Principal.toText(settings.cycles_ledger_canister_id)) : CyclesLedger;
  transient let RATE_LABEL = "ICP_XDR_CONVERSION_RATE";

  CertifiedData.set(Icrc3.labeled(RATE_LABEL, Icrc3.leaf(to_candid (rate))));

  // The rate.

  type CertifiedRate = {data : {xdr_permyriad_per_icp : Nat64; timestamp_seconds : Nat64}; hash_tree : Blob; certificate : Blob};

  public query func get_icp_xdr_conversion_rate() : async CertifiedRate {
    let certificate = switch (CertifiedData.getCertificate()) {
      case (?bytes) bytes;
      case null "" : Blob;
    };
    {data = rate; hash_tree = rateTree(); certificate};
  };

  /// CBOR: `[2, label, [3, data]]`.
  func rateTree() : Blob {
    let name = Blob.toArray(Text.encodeUtf8(RATE_LABEL));
    let data = Blob.toArray(to_candid (rate));
    let head : [Nat8] = [0xd9, 0xd9, 0xf7, 0x83, 0x02, 0x40 + Nat8.fromNat(name.size())];
    let middle : [Nat8] = [0x82, 0x03, 0x58, Nat8.fromNat(data.size())];
    Blob.fromArray(Array.flatten<Nat8>([head, name, middle, data]));
  };

  /// One ICP is 10^8 e8s, one XDR 10^12 cycles, a permyriad 10^-4: the powers cancel out.
  func cyclesFor({e8s} : Tokens) : Nat = Nat64.toNat(e8s) * Nat64.toNat(rate.xdr_permyriad_per_icp);

  // Subnets: this network has one, for everything.

  public query func get_default_subnets() : async [Principal] = async [Prim.canisterSubnet()];
  public query func get_subnet_types_to_subnets() : async {data : [(Text, [Principal])]} = async ({data = []});
  public query func get_principals_authorized_to_create_canisters_to_subnets() : async {data : [(Principal, [Principal])]} = async ({data = []});
  public query func total_cycles_minted() : async Nat64 = async Nat64.fromNat(Nat.min(totalMinted, 0xffff_ffff_ffff_ffff));

  func findSubnetFault(selection : ?Management.SubnetSelection, subnetType : ?Text) : ?Text {
    switch (selection, subnetType) {
      case (?_, ?_) ?"Cannot specify subnet_selection and subnet_type at the same time";
      case (?#Subnet {subnet}, null) if (subnet == Prim.canisterSubnet()) null else ?("Subnet " # Principal.toText subnet # " does not exist or is not available");
      case (?#Filter {subnet_type = ?kind}, null) ?("Provided subnet type " # kind # " does not exist");
      case (null, ?kind) ?("Provided subnet type " # kind # " does not exist");
      case _ null;
    };
  };

  // Payments.

  type Payment = {from : Blob; amount : Tokens};
  type Claim = {block : Nat64; payer : Principal; memo : Nat64; purpose : Text};

  /// The payment of a block, if it is what the notification says.
  func fetchPayment({block; payer; memo; purpose} : Claim) : async* Icrc.Result<Payment, NotifyError> {
    let blocks = try {
      (await ledger.query_blocks({start = block; length = 1})).blocks;
    } catch error {
      return #Err(other(FAILED_TO_FETCH_BLOCK, "Failed to fetch block: " # Error.message error));
    };
    if (blocks.size() == 0) return #Err(#InvalidTransaction("Block " # Nat64.toText block # " not found"));
    let {transaction} = blocks[0];
    let ?(#Transfer {from; to; amount}) = transaction.operation else return #Err(#InvalidTransaction("Notification transaction must be of type Transfer"));
    let expected = AccountIdentifier.ofAccount {owner = Principal.fromActor self; subaccount = ?AccountIdentifier.subaccountOf payer};
    if (to != expected) return #Err(#InvalidTransaction(
      "Destination account in the transaction (" # AccountIdentifier.toText to # ") different than in the notification (" # AccountIdentifier.toText expected # ")"
    ));
    if (memoOf(transaction) != ?memo) return #Err(#InvalidTransaction("The memo of the transaction does not say " # purpose # "."));
    #Ok {from; amount};
  };

  /// The number, or eight bytes of an ICRC-1 memo, little endian.
  func memoOf({memo; icrc1_memo} : {memo : Nat64; icrc1_memo : ?Blob}) : ?Nat64 {
    let ?bytes = icrc1_memo else return ?memo;
    if (bytes.size() != 8) return null;
    var number : Nat64 = 0;
    for (byte in Array.reverse(Blob.toArray bytes).vals()) number := (number << 8) | Nat64.fromNat(Nat8.toNat byte);
    ?number;
  };

  func other(error_code : Nat64, error_message : Text) : NotifyError = #Other {error_code; error_message};

  /// Cycles that were made and came back: the next payments are served from them.
  var spare : Nat = 0;

  func mint<system>(amount : Nat) {
    let reused = Nat.min(spare, amount);
    spare -= reused;
    if (amount > reused) ignore Cycles.burn<system>(amount - reused : Nat);
    totalMinted += amount;
  };

  func unmint(amount : Nat) {
    totalMinted -= amount;
    spare += amount;
  };

  /// The ICP are gone once they have become cycles.
  func burnPayment(payer : Principal, {amount} : Payment) : async* () {
    try {
      ignore await ledger.transfer({
        memo = 0;
        amount;
        fee = {e8s = 0};
        from_subaccount = ?AccountIdentifier.subaccountOf payer;
        to = mintingAccount;
        created_at_time = null;
      });
    } catch _ {
      // The ICP stay where they are: out of anyone's reach.
    };
  };

  func refund(payer : Principal, {from; amount} : Payment, fees : Nat64, reason : Text) : async* NotifyError {
    let kept = fees * LEDGER_FEE;
    if (amount.e8s <= kept) {
      await* burnPayment(payer, {from; amount});
      return #Refunded {reason; block_index = null};
    };
    try {
      let result = await ledger.transfer({
        memo = 0;
        amount = {e8s = amount.e8s - kept};
        fee = {e8s = LEDGER_FEE};
        from_subaccount = ?AccountIdentifier.subaccountOf payer;
        to = from;
        created_at_time = null;
      });
      let #Ok block = result else return other(REFUND_FAILED, "Refund failed: " # debug_show result);
      if (kept > LEDGER_FEE) await* burnPayment(payer, {from; amount = {e8s = kept - LEDGER_FEE}});
      #Refunded {reason; block_index = ?block};
    } catch error {
      other(REFUND_FAILED, "Refund failed: " # Error.message error);
    };
  };

  // What became of a block: decided once.

  /// The answer to a notification that came before; undefined begins a new one.
  func begin<T>(block : Nat64, find : Outcome -> ?Icrc.Result<T, NotifyError>) : ?Icrc.Result<T, NotifyError> {
    switch lastForgotten {
      case (?last) if (block <= last) return ?#Err(#TransactionTooOld(last + 1));
      case null {};
    };
    switch (Map.get(outcomes, Nat64.compare, block)) {
      case (?#processing) ?#Err(#Processing);
      case (?outcome) switch (find outcome) {
        case null ?#Err(#InvalidTransaction("Block " # Nat64.toText block # " has been processed with a different operation."));
        case known known;
      };
      case null {
        Map.add(outcomes, Nat64.compare, block, #processing);
        null;
      };
    };
  };

  /// Keeps what became of a payment. Mistakes of the notification itself leave the payment open.
  func finish<T>(block : Nat64, result : Icrc.Result<T, NotifyError>, toOutcome : Icrc.Result<T, NotifyError> -> Outcome) : Icrc.Result<T, NotifyError> {
    let isFinal = switch result {
      case (#Ok _ or #Err(#Refunded _)) true;
      case (#Err(#Other {error_code})) error_code == REFUND_FAILED;
      case _ false;
    };
    if isFinal Map.add(outcomes, Nat64.compare, block, toOutcome result) else Map.remove(outcomes, Nat64.compare, block);
    if (Map.size(outcomes) > MAX_OUTCOMES) {
      let ?(oldest, _) = Map.minEntry(outcomes) else return result;
      Map.remove(outcomes, Nat64.compare, oldest);
      lastForgotten := ?oldest;
    };
    result;
  };

  public shared func notify_top_up({block_index; canister_id} : {block_index : Nat64; canister_id : Principal}) : async Icrc.Result<Nat, NotifyError> {
    let known = begin<Nat>(block_index, func(outcome) = switch outcome { case (#toppedUp result) ?result; case _ null });
    switch known {
      case (?result) result;
      case null finish<Nat>(block_index, await* topUp(block_index, canister_id), func(result) = #toppedUp result);
    };
  };

  func topUp(block : Nat64, canister_id : Principal) : async* Icrc.Result<Nat, NotifyError> {
    switch (await* fetchPayment {block; payer = canister_id; memo = MEMO_TOP_UP; purpose = "top up"}) {
      case (#Err error) #Err error;
      case (#Ok payment) {
        let cycles = cyclesFor(payment.amount);
        mint<system>(cycles);
        try {
          await (with cycles) Management.ic.deposit_cycles({canister_id});
        } catch error {
          unmint cycles;
          return #Err(await* refund(canister_id, payment, TOP_UP_REFUND_FEES, Error.message error));
        };
        await* burnPayment(canister_id, payment);
        #Ok cycles;
      };
    };
  };

  public shared ({caller}) func notify_create_canister({block_index; controller; subnet_selection; subnet_type; settings = wanted} : {
    block_index : Nat64;
    controller : Principal;
    subnet_selection : ?Management.SubnetSelection;
    subnet_type : ?Text;
    settings : ?Management.Settings;
  }) : async Icrc.Result<Principal, NotifyError> {
    if (caller != controller) return #Err(other(
      UNAUTHORIZED,
      Principal.toText caller # " is not authorized to call notify_create_canister on behalf of " # Principal.toText controller # ". (Only the controller itself may.)",
    ));
    switch (subnet_selection, subnet_type) {
      case (?_, ?_) return #Err(other(BAD_SUBNET_SELECTION, "subnet_selection and subnet_type cannot both be set"));
      case _ {};
    };
    let known = begin<Principal>(block_index, func(outcome) = switch outcome { case (#created result) ?result; case _ null });
    switch known {
      case (?result) result;
      case null finish<Principal>(block_index, await* createFor(block_index, controller, wanted, findSubnetFault(subnet_selection, subnet_type)), func(result) = #created result);
    };
  };

  func createFor(block : Nat64, controller : Principal, wanted : ?Management.Settings, fault : ?Text) : async* Icrc.Result<Principal, NotifyError> {
    switch (await* fetchPayment {block; payer = controller; memo = MEMO_CREATE; purpose = "create a canister"}) {
      case (#Err error) #Err error;
      case (#Ok payment) {
        switch fault {
          case (?reason) return #Err(await* refund(controller, payment, CREATE_REFUND_FEES, reason));
          case null {};
        };
        let cycles = cyclesFor(payment.amount);
        mint<system>(cycles);
        switch (await* create(controller, wanted, cycles)) {
          case (#Err reason) {
            unmint cycles;
            #Err(await* refund(controller, payment, CREATE_REFUND_FEES, reason));
          };
          case (#Ok id) {
            await* burnPayment(controller, payment);
            #Ok id;
          };
        };
      };
    };
  };

  func create(controller : Principal, wanted : ?Management.Settings, cycles : Nat) : async* Icrc.Result<Principal, Text> {
    let base = switch wanted {
      case (?given) given;
      case null Management.noSettings;
    };
    let controllers = switch (base.controllers) {
      case (?given) given;
      case null [controller];
    };
    try {
      let {canister_id} = await (with cycles) Management.ic.create_canister({settings = ?{base with controllers = ?controllers}; sender_canister_version = null});
      #Ok canister_id;
    } catch error {
      #Err(Error.message error);
    };
  };

  /// For canisters that pay in cycles; those that bought nothing go back.
  public shared ({caller}) func create_canister({settings = wanted; subnet_selection} : {
    settings : ?Management.Settings;
    subnet_selection : ?Management.SubnetSelection;
  }) : async Icrc.Result<Principal, {#Refunded : {refund_amount : Nat; create_error : Text}}> {
    let available = Cycles.available();
    switch (findSubnetFault(subnet_selection, null)) {
      case (?create_error) return #Err(#Refunded {refund_amount = available; create_error});
      case null {};
    };
    let cost = Prim.costCreateCanister();
    if (available < cost) return #Err(#Refunded {
      refund_amount = available;
      create_error = "Insufficient cycles attached: " # Nat.toText available # ", the creation alone costs " # Nat.toText cost;
    });
    let accepted = Cycles.accept<system>(available);
    switch (await* create(caller, wanted, accepted)) {
      case (#Ok id) #Ok id;
      // What was accepted cannot be refunded any more: it is sent back as a deposit.
      case (#Err create_error) {
        try {
          await (with cycles = accepted) Management.ic.deposit_cycles({canister_id = caller});
          #Err(#Refunded {refund_amount = accepted; create_error});
        } catch _ {
          #Err(#Refunded {refund_amount = 0; create_error});
        };
      };
    };
  };

  public shared ({caller}) func notify_mint_cycles({block_index; to_subaccount; deposit_memo} : {
    block_index : Nat64;
    to_subaccount : ?Blob;
    deposit_memo : ?Blob;
  }) : async Icrc.Result<Minted, NotifyError> {
    switch deposit_memo {
      case (?memo) if (memo.size() > MAX_MEMO_BYTES) return #Err(other(DEPOSIT_MEMO_TOO_LONG, "Memo length " # Nat.toText(memo.size()) # " exceeds the maximum of 32."));
      case null {};
    };
    let known = begin<Minted>(block_index, func(outcome) = switch outcome { case (#minted result) ?result; case _ null });
    switch known {
      case (?result) result;
      case null finish<Minted>(block_index, await* mintFor(block_index, {owner = caller; subaccount = to_subaccount}, deposit_memo), func(result) = #minted result);
    };
  };

  func mintFor(block : Nat64, to : Icrc.Account, memo : ?Blob) : async* Icrc.Result<Minted, NotifyError> {
    switch (await* fetchPayment {block; payer = to.owner; memo = MEMO_MINT; purpose = "mint cycles"}) {
      case (#Err error) #Err error;
      case (#Ok payment) {
        let minted = cyclesFor(payment.amount);
        mint<system>(minted);
        let deposited = try {
          await (with cycles = minted) cyclesLedger.deposit({to; memo});
        } catch error {
          unmint minted;
          return #Err(await* refund(to.owner, payment, MINT_REFUND_FEES, Error.message error));
        };
        await* burnPayment(to.owner, payment);
        #Ok {deposited with minted};
      };
    };
  };
};
