/// The books of a token: balances, allowances, and the chain of blocks that explains them. Both ledgers keep theirs here.
///
/// An account is a `Key`: whatever the ledger knows accounts by. The state is plain stable data; the rules are functions over it.
/// Every change of a balance goes with a block, and `supply` is always the sum of all balances.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import CertifiedData "mo:core/CertifiedData";
import List "mo:core/List";
import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Nat64 "mo:core/Nat64";
import Nat8 "mo:core/Nat8";
import Queue "mo:core/Queue";
import Icrc "Icrc";
import Icrc3 "Icrc3";
import Runtime "mo:core/Runtime";

module {
  public type Key = Blob;

  public type Operation = {
    #mint : {to : Key; amount : Nat};
    #burn : {from : Key; spender : ?Key; amount : Nat};
    #transfer : {from : Key; spender : ?Key; to : Key; amount : Nat};
    #approve : {from : Key; spender : Key; amount : Nat; expectedAllowance : ?Nat; expiresAt : ?Nat64};
  };

  public type Transaction = {
    operation : Operation;
    /// As the caller gave it; undefined means the ledger's own.
    fee : ?Nat;
    memo : ?Blob;
    /// The number of the legacy interface of the ICP ledger.
    numericMemo : Nat64;
    createdAt : ?Nat64;
  };

  public type Block = {
    transaction : Transaction;
    /// What was charged.
    fee : Nat;
    timestamp : Nat64;
    parentHash : ?Blob;
  };

  public type Allowance = {amount : Nat; expiresAt : ?Nat64};

  public type State = {
    balances : Map.Map<Key, Nat>;
    /// By length of the owner's key ‖ owner ‖ spender.
    allowances : Map.Map<Blob, Allowance>;
    blocks : List.List<Block>;
    /// Transactions of the deduplication window: their encoding → block.
    recent : Map.Map<Blob, Nat>;
    recentInOrder : Queue.Queue<(Nat64, Blob)>;
    var tipHash : ?Blob;
    var supply : Nat;
  };

  /// What differs between ledgers.
  public type Rules = {
    fee : Nat;
    /// The account that creates and destroys tokens, when there is one.
    minter : ?Key;
    /// The smallest amount that may be burned, unless less is there.
    minBurn : Nat;
    /// Nanoseconds.
    window : Nat64;
    drift : Nat64;
    /// An account in a block of ICRC-3.
    describe : Key -> Icrc3.Value;
    hash : Icrc3.Value -> Blob;
  };

  public type Error = Icrc.TransferFromError or Icrc.ApproveError;

  public func empty() : State = {
    balances = Map.empty();
    allowances = Map.empty();
    blocks = List.empty();
    recent = Map.empty();
    recentInOrder = Queue.empty();
    var tipHash = null;
    var supply = 0;
  };

  public func balanceOf(state : State, key : Key) : Nat {
    switch (Map.get(state.balances, Blob.compare, key)) {
      case (?balance) balance;
      case null 0;
    };
  };

  /// Checks the transaction, changes the books, and gives the index of the new block.
  public func apply(state : State, rules : Rules, transaction : Transaction, now : Nat64) : Icrc.Result<Nat, Error> {
    let fee = feeOf(rules, transaction.operation);
    switch (transaction.fee) {
      case (?given) if (given != fee) return #Err(#BadFee {expected_fee = fee});
      case null {};
    };
    switch (findTimeFault(state, rules, transaction, now)) {
      case (?fault) return #Err fault;
      case null {};
    };
    switch (move(state, rules, transaction.operation, fee, now)) {
      case (?fault) #Err fault;
      case null #Ok(append(state, rules, transaction, fee, now));
    };
  };

  /// Minting and burning by the minter's account are free; everything else costs the same. The cycles ledger charges for its burns.
  func feeOf(rules : Rules, operation : Operation) : Nat {
    switch operation {
      case (#mint _) 0;
      case (#burn _) if (rules.minter == null) rules.fee else 0;
      case _ rules.fee;
    };
  };

  func findTimeFault(state : State, rules : Rules, transaction : Transaction, now : Nat64) : ?Error {
    let ?createdAt = transaction.createdAt else return null;
    if (createdAt +% rules.window +% rules.drift < now) return ?#TooOld;
    if (createdAt > now + rules.drift) return ?#CreatedInFuture {ledger_time = now};
    forgetOld(state, rules, now);
    switch (Map.get(state.recent, Blob.compare, to_candid (transaction))) {
      case (?block) ?#Duplicate {duplicate_of = block};
      case null null;
    };
  };

  func forgetOld(state : State, rules : Rules, now : Nat64) {
    loop {
      let ?(createdAt, encoded) = Queue.peekFront(state.recentInOrder) else return;
      if (createdAt + rules.window + rules.drift >= now) return;
      ignore Queue.popFront(state.recentInOrder);
      Map.remove(state.recent, Blob.compare, encoded);
    };
  };

  func move(state : State, rules : Rules, operation : Operation, fee : Nat, now : Nat64) : ?Error {
    switch operation {
      case (#mint {to; amount}) {
        credit(state, to, amount);
        state.supply += amount;
        null;
      };
      case (#burn {from; spender; amount}) {
        let balance = balanceOf(state, from);
        let least = Nat.min(rules.minBurn, balance);
        if (amount < least or amount == 0) return ?#BadBurn {min_burn_amount = least};
        spend(state, {from; spender; total = amount + fee; now}, func() = state.supply -= amount + fee);
      };
      case (#transfer {from; spender; to; amount}) {
        spend(state, {from; spender; total = amount + fee; now}, func() {
          credit(state, to, amount);
          state.supply -= fee;
        });
      };
      case (#approve {from; spender; amount; expectedAllowance; expiresAt}) {
        switch expiresAt {
          case (?time) if (time <= now) return ?#Expired {ledger_time = now};
          case null {};
        };
        let current = allowanceOf(state, from, spender, now).allowance;
        switch expectedAllowance {
          case (?expected) if (expected != current) return ?#AllowanceChanged {current_allowance = current};
          case null {};
        };
        let balance = balanceOf(state, from);
        if (balance < fee) return ?#InsufficientFunds {balance};
        debit(state, from, balance, fee);
        state.supply -= fee;
        setAllowance(state, from, spender, {amount; expiresAt});
        null;
      };
    };
  };

  type Spending = {from : Key; spender : ?Key; total : Nat; now : Nat64};

  /// Takes `total` from an account, and from the allowance of a spender who is not its owner; `then` says where it goes.
  func spend(state : State, {from; spender; total; now} : Spending, then_ : () -> ()) : ?Error {
    let balance = balanceOf(state, from);
    switch spender {
      case (?other) {
        let {allowance; expires_at} = allowanceOf(state, from, other, now);
        if (allowance < total) return ?#InsufficientAllowance {allowance};
        if (balance < total) return ?#InsufficientFunds {balance};
        setAllowance(state, from, other, {amount = allowance - total : Nat; expiresAt = expires_at});
      };
      case null if (balance < total) return ?#InsufficientFunds {balance};
    };
    debit(state, from, balance, total);
    then_();
    null;
  };

  func credit(state : State, key : Key, amount : Nat) {
    if (amount > 0) Map.add(state.balances, Blob.compare, key, balanceOf(state, key) + amount);
  };

  func debit(state : State, key : Key, balance : Nat, amount : Nat) {
    if (balance == amount) Map.remove(state.balances, Blob.compare, key) else Map.add(state.balances, Blob.compare, key, balance - amount : Nat);
  };

  public func allowanceOf(state : State, from : Key, spender : Key, now : Nat64) : Icrc.Allowance {
    switch (Map.get(state.allowances, Blob.compare, pairOf(from, spender))) {
      case (?{amount; expiresAt = null}) ({allowance = amount; expires_at = null});
      case (?{amount; expiresAt = ?time}) if (time > now) ({allowance = amount; expires_at = ?time}) else ({allowance = 0; expires_at = null});
      case null ({allowance = 0; expires_at = null});
    };
  };

  public type AllowanceList = {from : Key; after : ?Key; limit : Nat; now : Nat64};

  /// The allowances that an account has given and that still count, by spender, those behind `after`.
  public func listAllowances(state : State, {from; after; limit; now} : AllowanceList) : [(Key, Icrc.Allowance)] {
    let found = List.empty<(Key, Icrc.Allowance)>();
    let prefix = Blob.toArray(pairOf(from, ""));
    let start = switch after {
      case (?key) pairOf(from, key);
      case null pairOf(from, "");
    };
    for ((pair, _) in Map.entriesFrom(state.allowances, Blob.compare, start)) {
      let bytes = Blob.toArray pair;
      if (List.size(found) >= limit or bytes.size() <= prefix.size()) return List.toArray(found);
      if (Array.sliceToArray(bytes, 0, prefix.size()) != prefix) return List.toArray(found);
      let spender = Blob.fromArray(Array.sliceToArray(bytes, prefix.size(), bytes.size()));
      let allowance = allowanceOf(state, from, spender, now);
      if (after != ?spender and allowance.allowance > 0) List.add(found, (spender, allowance));
    };
    List.toArray(found);
  };

  func setAllowance(state : State, from : Key, spender : Key, allowance : Allowance) {
    let pair = pairOf(from, spender);
    if (allowance.amount == 0) Map.remove(state.allowances, Blob.compare, pair) else Map.add(state.allowances, Blob.compare, pair, allowance);
  };

  func pairOf(from : Key, spender : Key) : Blob {
    let bytes = Array.concat(Blob.toArray(from), Blob.toArray(spender));
    Blob.fromArray(Array.concat([Nat8.fromNat(from.size())], bytes));
  };

  func append(state : State, rules : Rules, transaction : Transaction, fee : Nat, timestamp : Nat64) : Nat {
    let block : Block = {transaction; fee; timestamp; parentHash = state.tipHash};
    let index = List.size(state.blocks);
    List.add(state.blocks, block);
    let hash = rules.hash(toValue(rules, block));
    state.tipHash := ?hash;
    CertifiedData.set(Icrc3.tipRoot(index, hash));
    switch (transaction.createdAt) {
      case (?createdAt) {
        let encoded = to_candid (transaction);
        Map.add(state.recent, Blob.compare, encoded, index);
        Queue.pushBack(state.recentInOrder, (createdAt, encoded));
      };
      case null {};
    };
    index;
  };

  /// A block as ICRC-3 shows it.
  public func toValue(rules : Rules, {transaction; fee; timestamp; parentHash} : Block) : Icrc3.Value {
    let top = List.empty<(Text, Icrc3.Value)>();
    let tx = List.empty<(Text, Icrc3.Value)>();
    let kind = switch (transaction.operation) {
      case (#mint {to; amount}) {
        List.add(tx, ("to", rules.describe to));
        List.add(tx, ("amt", #Nat amount));
        "1mint";
      };
      case (#burn {from; spender; amount}) {
        List.add(tx, ("from", rules.describe from));
        addSpender(tx, rules, spender);
        List.add(tx, ("amt", #Nat amount));
        "1burn";
      };
      case (#transfer {from; spender; to; amount}) {
        List.add(tx, ("from", rules.describe from));
        List.add(tx, ("to", rules.describe to));
        addSpender(tx, rules, spender);
        List.add(tx, ("amt", #Nat amount));
        if (spender == null) "1xfer" else "2xfer";
      };
      case (#approve {from; spender; amount; expectedAllowance; expiresAt}) {
        List.add(tx, ("from", rules.describe from));
        List.add(tx, ("spender", rules.describe spender));
        List.add(tx, ("amt", #Nat amount));
        addNat(tx, "expected_allowance", expectedAllowance);
        addTime(tx, "expires_at", expiresAt);
        "2approve";
      };
    };
    addNat(tx, "fee", transaction.fee);
    switch (transaction.memo) {
      case (?memo) List.add(tx, ("memo", #Blob memo));
      case null {};
    };
    addTime(tx, "ts", transaction.createdAt);
    switch parentHash {
      case (?hash) List.add(top, ("phash", #Blob hash));
      case null {};
    };
    List.add(top, ("btype", #Text kind));
    List.add(top, ("ts", #Nat(Nat64.toNat(timestamp))));
    if (transaction.fee == null and fee > 0) List.add(top, ("fee", #Nat fee));
    List.add(top, ("tx", #Map(List.toArray(tx))));
    #Map(List.toArray(top));
  };

  func addSpender(tx : List.List<(Text, Icrc3.Value)>, rules : Rules, spender : ?Key) {
    switch spender {
      case (?key) List.add(tx, ("spender", rules.describe key));
      case null {};
    };
  };

  func addNat(fields : List.List<(Text, Icrc3.Value)>, name : Text, number : ?Nat) {
    switch number {
      case (?n) List.add(fields, (name, #Nat n));
      case null {};
    };
  };

  func addTime(fields : List.List<(Text, Icrc3.Value)>, name : Text, time : ?Nat64) {
    switch time {
      case (?t) List.add(fields, (name, #Nat(Nat64.toNat(t))));
      case null {};
    };
  };

  /// The blocks of the ranges that exist, at most `limit` of them.
  public func getBlocks(state : State, rules : Rules, ranges : [Icrc.GetBlocksArgs], limit : Nat) : Icrc.GetBlocksResult {
    let size = List.size(state.blocks);
    let found = List.empty<{id : Nat; block : Icrc3.Value}>();
    for ({start; length} in ranges.vals()) {
      var id = start;
      while (id < size and id < start + length and List.size(found) < limit) {
        List.add(found, {id; block = toValue(rules, List.at(state.blocks, id))});
        id += 1;
      };
    };
    {log_length = size; blocks = List.toArray(found); archived_blocks = []};
  };

  /// Undefined outside of a query, and before the first block.
  public func tipCertificate(state : State) : ?Icrc.DataCertificate {
    let ?hash = state.tipHash else return null;
    let ?certificate = CertifiedData.getCertificate() else return null;
    ?{certificate; hash_tree = Icrc3.tipTree(List.size(state.blocks) - 1 : Nat, hash)};
  };

  public let blockTypes : [Icrc.BlockType] = [
    {block_type = "1xfer"; url = "https://github.com/dfinity/ICRC-1/blob/main/standards/ICRC-3/README.md"},
    {block_type = "1mint"; url = "https://github.com/dfinity/ICRC-1/blob/main/standards/ICRC-3/README.md"},
    {block_type = "1burn"; url = "https://github.com/dfinity/ICRC-1/blob/main/standards/ICRC-3/README.md"},
    {block_type = "2xfer"; url = "https://github.com/dfinity/ICRC-1/blob/main/standards/ICRC-3/README.md"},
    {block_type = "2approve"; url = "https://github.com/dfinity/ICRC-1/blob/main/standards/ICRC-3/README.md"},
  ];

  public func standards(names : [Text]) : [Icrc.Standard] {
    Array.map<Text, Icrc.Standard>(names, func(name) = {name; url = "https://github.com/dfinity/ICRC-1/tree/main/standards/" # name});
  };

  /// The errors that a transfer in one's own name can meet.
  public func asTransferError(error : Error) : Icrc.TransferError {
    switch error {
      case (#BadFee e) #BadFee e;
      case (#BadBurn e) #BadBurn e;
      case (#InsufficientFunds e) #InsufficientFunds e;
      case (#TooOld) #TooOld;
      case (#CreatedInFuture e) #CreatedInFuture e;
      case (#Duplicate e) #Duplicate e;
      case (#TemporarilyUnavailable) #TemporarilyUnavailable;
      case (#GenericError e) #GenericError e;
      case _ Runtime.unreachable();
    };
  };

  public func asTransferFromError(error : Error) : Icrc.TransferFromError {
    switch error {
      case (#InsufficientAllowance e) #InsufficientAllowance e;
      case other asTransferError other;
    };
  };

  public func asApproveError(error : Error) : Icrc.ApproveError {
    switch error {
      case (#AllowanceChanged e) #AllowanceChanged e;
      case (#Expired e) #Expired e;
      case (#BadFee e) #BadFee e;
      case (#InsufficientFunds e) #InsufficientFunds e;
      case (#TooOld) #TooOld;
      case (#CreatedInFuture e) #CreatedInFuture e;
      case (#Duplicate e) #Duplicate e;
      case (#TemporarilyUnavailable) #TemporarilyUnavailable;
      case (#GenericError e) #GenericError e;
      case _ Runtime.unreachable();
    };
  };
};
