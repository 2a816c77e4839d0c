/// The histories of accounts: what an index makes of the blocks that its ledger sends.

import Blob "mo:core/Blob";
import List "mo:core/List";
import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Ledger "Ledger";

module {
  public type State = {
    blocks : List.List<Ledger.Block>;
    /// Blocks that touch an account, in order.
    byAccount : Map.Map<Ledger.Key, List.List<Nat>>;
    balances : Map.Map<Ledger.Key, Nat>;
  };

  public type Page = {balance : Nat; blocks : [(Nat, Ledger.Block)]; oldest : ?Nat};

  public func empty() : State = {blocks = List.empty(); byAccount = Map.empty(); balances = Map.empty()};

  /// Takes the blocks that follow what is known, and answers how many there are then.
  public func append(state : State, start : Nat, blocks : [Ledger.Block]) : Nat {
    if (start == List.size(state.blocks)) for (block in blocks.vals()) add(state, block);
    List.size(state.blocks);
  };

  func add(state : State, block : Ledger.Block) {
    let index = List.size(state.blocks);
    List.add(state.blocks, block);
    switch (block.transaction.operation) {
      case (#mint {to; amount}) touch(state, to, index, amount);
      case (#burn {from; spender; amount}) {
        touch(state, from, index, -(amount + block.fee));
        mention(state, spender, index, from);
      };
      case (#transfer {from; spender; to; amount}) {
        touch(state, from, index, -(amount + block.fee));
        if (from == to) change(state, to, amount) else touch(state, to, index, amount);
        if (spender != ?to) mention(state, spender, index, from);
      };
      case (#approve {from; spender}) {
        touch(state, from, index, -block.fee);
        mention(state, ?spender, index, from);
      };
    };
  };

  func mention(state : State, key : ?Ledger.Key, index : Nat, already : Ledger.Key) {
    let ?account = key else return;
    if (account != already) touch(state, account, index, 0);
  };

  func touch(state : State, key : Ledger.Key, index : Nat, difference : Int) {
    change(state, key, difference);
    switch (Map.get(state.byAccount, Blob.compare, key)) {
      case (?list) List.add(list, index);
      case null Map.add(state.byAccount, Blob.compare, key, List.singleton<Nat>(index));
    };
  };

  func change(state : State, key : Ledger.Key, difference : Int) {
    if (difference != 0) Map.add(state.balances, Blob.compare, key, Nat.fromInt(balanceOf(state, key) + difference));
  };

  public func balanceOf(state : State, key : Ledger.Key) : Nat {
    switch (Map.get(state.balances, Blob.compare, key)) {
      case (?balance) balance;
      case null 0;
    };
  };

  /// Newest first, those before block `start`, at most `limit`.
  public func pageOf(state : State, key : Ledger.Key, start : ?Nat, limit : Nat) : Page {
    let ?indexes = Map.get(state.byAccount, Blob.compare, key) else return {balance = 0; blocks = []; oldest = null};
    let found = List.empty<(Nat, Ledger.Block)>();
    label pages for (index in List.reverseValues(indexes)) {
      if (List.size(found) >= limit) break pages;
      let isWanted = switch start {
        case (?end) index < end;
        case null true;
      };
      if isWanted List.add(found, (index, List.at(state.blocks, index)));
    };
    {balance = balanceOf(state, key); blocks = List.toArray(found); oldest = List.first(indexes)};
  };
};
