/// Sends the blocks of a ledger to its index: soon after they were made, many at a time.

import List "mo:core/List";
import Nat "mo:core/Nat";
import Timer "mo:core/Timer";
import Ledger "Ledger";

module {
  /// What an index offers its ledger; it answers how many blocks it has.
  public type Index = actor {append_blocks : shared (start : Nat, blocks : [Ledger.Block]) -> async Nat};

  /// Blocks in one message.
  let LIMIT : Nat = 500;

  public class Feed(state : Ledger.State, index : ?Principal, toIndex : Principal -> Index) {
    var isScheduled = false;
    /// Blocks that the index has; it tells the truth when asked with none.
    var sent : ?Nat = null;

    /// To be called after every block.
    public func poke<system>() {
      let ?id = index else return;
      if (isScheduled) return;
      isScheduled := true;
      ignore Timer.setTimer<system>(#seconds 0, func() : async () {await send(toIndex id)});
    };

    func send(to : Index) : async () {
      try {
        loop {
          let start = switch sent {
            case (?known) known;
            case null await to.append_blocks(0, []);
          };
          let size = List.size(state.blocks);
          if (start >= size) {
            sent := ?start;
            isScheduled := false;
            return;
          };
          let blocks = List.sliceToArray<Ledger.Block>(state.blocks, start, Nat.min(size, start + LIMIT));
          sent := ?(await to.append_blocks(start, blocks));
        };
      } catch _ {
        // The next block tries again.
        sent := null;
        isScheduled := false;
      };
    };
  };
};
