/// A wallet for cycles, with the methods of dfx's wallet that its commands use. Made on demand; controllers may do everything, custodians spend.

import Array "mo:core/Array";
import Cycles "mo:core/Cycles";
import Error "mo:core/Error";
import Nat "mo:core/Nat";
import Nat64 "mo:core/Nat64";
import Principal "mo:core/Principal";
import Runtime "mo:core/Runtime";
import Management "lib/Management";

persistent actor class Wallet() = self {
  type Result<T> = {#Ok : T; #Err : Text};

  var controllers : [Principal] = [];
  var custodians : [Principal] = [];
  var name_ : ?Text = null;

  let ic = actor "aaaaa-aa" : actor {
    canister_info : shared {canister_id : Principal; num_requested_changes : ?Nat64} -> async {controllers : [Principal]};
  };

  func has(list : [Principal], one : Principal) : Bool = Array.find<Principal>(list, func(other) = other == one) != null;
  func without(list : [Principal], one : Principal) : [Principal] = Array.filter<Principal>(list, func(other) = other != one);

  /// Controllers of the canister count from the beginning.
  func isController(caller : Principal) : async* Bool {
    if (has(controllers, caller)) return true;
    let info = await ic.canister_info({canister_id = Principal.fromActor self; num_requested_changes = null});
    has(info.controllers, caller);
  };

  func requireController(caller : Principal) : async* () {
    if (not (await* isController caller)) Runtime.trap("Only a controller can call this method.");
  };

  func requireCustodian(caller : Principal) : async* () {
    if (not has(custodians, caller)) await* requireController caller;
  };

  public query func wallet_api_version() : async Text = async "0.3.2";
  public query func name() : async ?Text = async name_;

  public shared ({caller}) func set_name(name : Text) : async () {
    await* requireController caller;
    name_ := ?name;
  };

  public shared ({caller}) func wallet_balance128() : async {amount : Nat} {
    await* requireCustodian caller;
    {amount = Cycles.balance()};
  };

  public shared ({caller}) func wallet_balance() : async {amount : Nat64} {
    await* requireCustodian caller;
    {amount = Nat64.fromNat(Nat.min(Cycles.balance(), 0xffff_ffff_ffff_ffff))};
  };

  public shared ({caller}) func wallet_send128({canister; amount} : {canister : Principal; amount : Nat}) : async Result<()> {
    await* requireCustodian caller;
    try {
      await (with cycles = amount) Management.ic.deposit_cycles({canister_id = canister});
      #Ok;
    } catch error #Err(Error.message error);
  };

  public shared func wallet_receive(_ : ?{memo : ?Text}) : async () {
    ignore Cycles.accept<system>(Cycles.available());
  };

  public shared ({caller}) func get_controllers() : async [Principal] {
    await* requireCustodian caller;
    let info = await ic.canister_info({canister_id = Principal.fromActor self; num_requested_changes = null});
    Array.concat(info.controllers, Array.filter<Principal>(controllers, func(one) = not has(info.controllers, one)));
  };

  public shared ({caller}) func add_controller(controller : Principal) : async () {
    await* requireController caller;
    if (not has(controllers, controller)) controllers := Array.concat(controllers, [controller]);
  };

  public shared ({caller}) func remove_controller(controller : Principal) : async Result<()> {
    await* requireController caller;
    controllers := without(controllers, controller);
    #Ok;
  };

  public shared ({caller}) func get_custodians() : async [Principal] {
    await* requireCustodian caller;
    custodians;
  };

  public shared ({caller}) func authorize(custodian : Principal) : async () {
    await* requireController caller;
    if (not has(custodians, custodian)) custodians := Array.concat(custodians, [custodian]);
  };

  public shared ({caller}) func deauthorize(custodian : Principal) : async Result<()> {
    await* requireController caller;
    custodians := without(custodians, custodian);
    #Ok;
  };
};
