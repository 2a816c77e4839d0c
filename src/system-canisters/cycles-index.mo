/// Histories of the accounts of the cycles ledger.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import List "mo:core/List";
import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Runtime "mo:core/Runtime";
import VarArray "mo:core/VarArray";
import Account "lib/Account";
import History "lib/History";
import Icrc "lib/Icrc";
import Ledger "lib/Ledger";

persistent actor class CyclesIndex(init : {ledger_id : Principal}) {
  type Mint = {to : Icrc.Account; memo : ?Blob; created_at_time : ?Nat64; amount : Nat; fee : ?Nat};
  type Burn = {from : Icrc.Account; spender : ?Icrc.Account; memo : ?Blob; created_at_time : ?Nat64; amount : Nat; fee : ?Nat};
  type Transfer = {
    from : Icrc.Account;
    to : Icrc.Account;
    spender : ?Icrc.Account;
    memo : ?Blob;
    created_at_time : ?Nat64;
    amount : Nat;
    fee : ?Nat;
  };
  type Approve = {
    from : Icrc.Account;
    spender : Icrc.Account;
    memo : ?Blob;
    created_at_time : ?Nat64;
    amount : Nat;
    fee : ?Nat;
    expected_allowance : ?Nat;
    expires_at : ?Nat64;
  };
  type Transaction = {kind : Text; mint : ?Mint; burn : ?Burn; transfer : ?Transfer; approve : ?Approve; timestamp : Nat64};
  type Page = {balance : Nat; transactions : [{id : Nat; transaction : Transaction}]; oldest_tx_id : ?Nat};

  let MAX_RESULTS : Nat = 2_000;

  let settings = init;
  let history = History.empty();

  public shared ({caller}) func append_blocks(start : Nat, blocks : [Ledger.Block]) : async Nat {
    if (caller != settings.ledger_id) Runtime.trap("Blocks come from the ledger.");
    History.append(history, start, blocks);
  };

  public query func ledger_id() : async Principal = async settings.ledger_id;
  public query func status() : async {num_blocks_synced : Nat} = async ({num_blocks_synced = List.size(history.blocks)});
  public query func icrc1_balance_of(account : Icrc.Account) : async Nat = async History.balanceOf(history, Account.keyOf account);

  public query func get_account_transactions({account; start; max_results} : {
    account : Icrc.Account;
    start : ?Nat;
    max_results : Nat;
  }) : async {#Ok : Page; #Err : {message : Text}} {
    let {balance; blocks; oldest} = History.pageOf(history, Account.keyOf account, start, Nat.min(max_results, MAX_RESULTS));
    let transactions = Array.map<(Nat, Ledger.Block), {id : Nat; transaction : Transaction}>(blocks, func(id, block) = {
      id;
      transaction = toTransaction block;
    });
    #Ok {balance; transactions; oldest_tx_id = oldest};
  };

  /// Subaccounts that have a history, those behind `start`.
  public query func list_subaccounts({owner; start} : {owner : Principal; start : ?Blob}) : async [Blob] {
    let found = List.empty<Blob>();
    let first = Account.keyOf {owner; subaccount = start};
    label keys for ((key, _) in Map.entriesFrom(history.byAccount, Blob.compare, first)) {
      let account = Account.ofKey key;
      if (account.owner != owner or List.size(found) >= MAX_RESULTS) break keys;
      let isAfter = start == null or key != first;
      if isAfter List.add(found, switch (account.subaccount) { case (?bytes) bytes; case null Blob.fromVarArray(VarArray.repeat<Nat8>(0, 32)) });
    };
    List.toArray(found);
  };

  func toTransaction({transaction; fee; timestamp} : Ledger.Block) : Transaction {
    let {memo; createdAt = created_at_time} = transaction;
    let none = {mint = null; burn = null; transfer = null; approve = null; timestamp};
    switch (transaction.operation) {
      case (#mint {to; amount}) ({none with kind = "mint"; mint = ?{to = Account.ofKey to; memo; created_at_time; amount; fee = null}});
      case (#burn {from; spender; amount}) ({
        none with
        kind = "burn";
        burn = ?{from = Account.ofKey from; spender = optAccount spender; memo; created_at_time; amount; fee = ?fee};
      });
      case (#transfer {from; spender; to; amount}) ({
        none with
        kind = "transfer";
        transfer = ?{from = Account.ofKey from; to = Account.ofKey to; spender = optAccount spender; memo; created_at_time; amount; fee = ?fee};
      });
      case (#approve {from; spender; amount; expectedAllowance; expiresAt}) ({
        none with
        kind = "approve";
        approve = ?{
          from = Account.ofKey from;
          spender = Account.ofKey spender;
          memo;
          created_at_time;
          amount;
          fee = ?fee;
          expected_allowance = expectedAllowance;
          expires_at = expiresAt;
        };
      });
    };
  };

  func optAccount(key : ?Ledger.Key) : ?Icrc.Account = switch key {
    case (?given) ?Account.ofKey given;
    case null null;
  };
};
