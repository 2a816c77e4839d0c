/// Greets, and counts how often it was asked to. `persistent`: the fields keep their values when the canister is upgraded.
persistent actor {
  var count : Nat = 0;

  public query func greet(name : Text) : async Text {
    "Hello, " # name # "!";
  };

  public func increment() : async Nat {
    count += 1;
    count;
  };

  public query func get() : async Nat {
    count;
  };
};
