/// Histories of the accounts of the ICP ledger.

import Array "mo:core/Array";
import List "mo:core/List";
import Nat "mo:core/Nat";
import Nat64 "mo:core/Nat64";
import Runtime "mo:core/Runtime";
import AccountIdentifier "lib/AccountIdentifier";
import History "lib/History";
import Icrc "lib/Icrc";
import Ledger "lib/Ledger";

persistent actor class IcpIndex(init : {ledger_id : Principal}) {
  type Tokens = {e8s : Nat64};
  type TimeStamp = {timestamp_nanos : Nat64};
  type Operation = {
    #Mint : {to : Text; amount : Tokens};
    #Burn : {from : Text; spender : ?Text; amount : Tokens};
    #Transfer : {from : Text; to : Text; amount : Tokens; fee : Tokens; spender : ?Text};
    #Approve : {from : Text; spender : Text; allowance : Tokens; fee : Tokens; expires_at : ?TimeStamp; expected_allowance : ?Tokens};
  };
  type Transaction = {
    memo : Nat64;
    icrc1_memo : ?Blob;
    operation : Operation;
    created_at_time : ?TimeStamp;
    timestamp : ?TimeStamp;
  };
  type Page = {balance : Nat64; transactions : [{id : Nat64; transaction : Transaction}]; oldest_tx_id : ?Nat64};
  type Result = {#Ok : Page; #Err : {message : Text}};

  let MAX_RESULTS : Nat = 2_000;
  let MAX_E8S : Nat = 0xffff_ffff_ffff_ffff;

  let settings = init;
  let history = History.empty();

  public shared ({caller}) func append_blocks(start : Nat, blocks : [Ledger.Block]) : async Nat {
    if (caller != settings.ledger_id) Runtime.trap("Blocks come from the ledger.");
    History.append(history, start, blocks);
  };

  public query func ledger_id() : async Principal = async settings.ledger_id;
  public query func status() : async {num_blocks_synced : Nat64} = async ({num_blocks_synced = Nat64.fromNat(List.size(history.blocks))});

  public query func icrc1_balance_of(account : Icrc.Account) : async Nat64 {
    Nat64.fromNat(History.balanceOf(history, AccountIdentifier.ofAccount account));
  };

  public query func get_account_identifier_balance(account : Text) : async Nat64 {
    Nat64.fromNat(History.balanceOf(history, AccountIdentifier.fromText account));
  };

  public query func get_account_identifier_transactions({account_identifier; start; max_results} : {
    account_identifier : Text;
    start : ?Nat64;
    max_results : Nat64;
  }) : async Result {
    let before = switch start {
      case (?id) ?Nat64.toNat id;
      case null null;
    };
    #Ok(pageOf(AccountIdentifier.fromText account_identifier, before, Nat64.toNat max_results));
  };

  public query func get_account_transactions({account; start; max_results} : {account : Icrc.Account; start : ?Nat; max_results : Nat}) : async Result {
    #Ok(pageOf(AccountIdentifier.ofAccount account, start, max_results));
  };

  func pageOf(key : Ledger.Key, start : ?Nat, limit : Nat) : Page {
    let {balance; blocks; oldest} = History.pageOf(history, key, start, Nat.min(limit, MAX_RESULTS));
    {
      balance = Nat64.fromNat balance;
      transactions = Array.map<(Nat, Ledger.Block), {id : Nat64; transaction : Transaction}>(blocks, func(index, block) = {
        id = Nat64.fromNat index;
        transaction = toTransaction block;
      });
      oldest_tx_id = switch oldest {
        case (?index) ?Nat64.fromNat index;
        case null null;
      };
    };
  };

  func toTransaction({transaction; fee; timestamp} : Ledger.Block) : Transaction {
    let operation : Operation = switch (transaction.operation) {
      case (#mint {to; amount}) #Mint {to = text to; amount = tokens amount};
      case (#burn {from; spender; amount}) #Burn {from = text from; spender = optText spender; amount = tokens amount};
      case (#transfer {from; spender; to; amount}) #Transfer {
        from = text from;
        to = text to;
        amount = tokens amount;
        fee = tokens fee;
        spender = optText spender;
      };
      case (#approve {from; spender; amount; expectedAllowance; expiresAt}) #Approve {
        from = text from;
        spender = text spender;
        allowance = tokens(Nat.min(MAX_E8S, amount));
        fee = tokens fee;
        expires_at = time expiresAt;
        expected_allowance = switch expectedAllowance {
          case (?expected) ?tokens(Nat.min(MAX_E8S, expected));
          case null null;
        };
      };
    };
    {
      memo = transaction.numericMemo;
      icrc1_memo = transaction.memo;
      operation;
      created_at_time = time(transaction.createdAt);
      timestamp = ?{timestamp_nanos = timestamp};
    };
  };

  func text(key : Ledger.Key) : Text = AccountIdentifier.toText key;
  func tokens(amount : Nat) : Tokens = {e8s = Nat64.fromNat amount};

  func optText(key : ?Ledger.Key) : ?Text = switch key {
    case (?account) ?text account;
    case null null;
  };

  func time(nanoseconds : ?Nat64) : ?TimeStamp = switch nanoseconds {
    case (?timestamp_nanos) ?{timestamp_nanos};
    case null null;
  };
};
