/// A labelled tree that can prove what it holds and what it does not: hash trees of the IC interface specification, "Certification".
///
/// Directories change; sealing one computes the hashes of what changed below it. Neighbours are paired to a balanced bush of forks, and a
/// fork knows the first label on its right, so that a proof needs one walk down.

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import Iter "mo:core/Iter";
import List "mo:core/List";
import Map "mo:core/Map";
import Nat16 "mo:core/Nat16";
import Nat8 "mo:core/Nat8";
import Bytes "Bytes";
import Sha256 "Sha256";

module {
  public type Path = [Blob];

  public type Directory = {children : Map.Map<Blob, Entry>; var sealed : ?Tree};
  public type Entry = {#directory : Directory; #value : Blob};

  /// Every node with its hash.
  public type Tree = {
    #empty;
    #fork : {hash : Blob; left : Tree; right : Tree; split : Blob};
    #labeled : {hash : Blob; name : Blob; content : Tree};
    #leaf : {hash : Blob; value : Blob};
  };

  /// What a proof shows. A named child that does not exist is proven absent.
  public type Wanted = {#nothing; #all; #children : [(Blob, Wanted)]};

  public func emptyDirectory() : Directory = {children = Map.empty<Blob, Entry>(); var sealed = null};

  public func insert(directory : Directory, path : Path, value : Blob) {
    var at = directory;
    var depth = 0;
    while (depth + 1 < path.size()) {
      at.sealed := null;
      at := child(at, path[depth]);
      depth += 1;
    };
    at.sealed := null;
    Map.add(at.children, Blob.compare, path[depth], #value value);
  };

  func child(parent : Directory, name : Blob) : Directory = switch (Map.get(parent.children, Blob.compare, name)) {
    case (?#directory found) found;
    case _ {
      let created = emptyDirectory();
      Map.add(parent.children, Blob.compare, name, #directory created);
      created;
    };
  };

  /// Removes all at and below a path, and the directories that are empty then.
  public func remove(directory : Directory, path : Path) = removeFrom(directory, path, 0);

  func removeFrom(directory : Directory, path : Path, depth : Nat) {
    directory.sealed := null;
    let name = path[depth];
    if (depth + 1 == path.size()) return Map.remove(directory.children, Blob.compare, name);
    switch (Map.get(directory.children, Blob.compare, name)) {
      case (?#directory below) {
        removeFrom(below, path, depth + 1);
        if (Map.isEmpty(below.children)) Map.remove(directory.children, Blob.compare, name);
      };
      case _ {};
    };
  };

  public func seal(directory : Directory) : Tree {
    switch (directory.sealed) {
      case (?tree) return tree;
      case null {};
    };
    let nodes = Array.map<(Blob, Entry), Tree>(Iter.toArray(Map.entries(directory.children)), func((name, entry)) = labeled(name, sealEntry(entry)));
    let tree = pair(nodes, 0, nodes.size());
    directory.sealed := ?tree;
    tree;
  };

  func sealEntry(entry : Entry) : Tree = switch entry {
    case (#directory below) seal(below);
    case (#value value) #leaf {hash = Sha256.hash(["\10ic-hashtree-leaf", value]); value};
  };

  func labeled(name : Blob, content : Tree) : Tree = #labeled {hash = Sha256.hash(["\13ic-hashtree-labeled", name, hashOf(content)]); name; content};

  func pair(nodes : [Tree], from : Nat, to : Nat) : Tree {
    if (from == to) return #empty;
    if (from + 1 == to) return nodes[from];
    let middle = (from + to) / 2;
    let left = pair(nodes, from, middle);
    let right = pair(nodes, middle, to);
    #fork {hash = Sha256.hash(["\10ic-hashtree-fork", hashOf(left), hashOf(right)]); left; right; split = nameOf(nodes[middle])};
  };

  /// SHA-256 of `11 "ic-hashtree-empty"`.
  let EMPTY_HASH : Blob = "\4e\3e\d3\5c\4e\2d\1e\e8\99\96\48\3f\b6\26\0a\64\cf\fb\6c\47\db\ab\21\6e\79\30\e8\2f\81\90\d1\20";

  public func hashOf(tree : Tree) : Blob = switch tree {
    case (#empty) EMPTY_HASH;
    case (#fork {hash}) hash;
    case (#labeled {hash}) hash;
    case (#leaf {hash}) hash;
  };

  func nameOf(tree : Tree) : Blob = switch tree {
    case (#labeled {name}) name;
    case _ "";
  };

  /// The proof as CBOR with the self-describe tag. Nodes: `[0]`, `[1, left, right]`, `[2, label, content]`, `[3, value]`, `[4, hash]`.
  public func prove(tree : Tree, wanted : Wanted) : Blob {
    let out = Bytes.empty();
    Bytes.blob(out, "\d9\d9\f7");
    write(out, tree, wanted);
    Bytes.finish(out);
  };

  func write(out : Bytes.Bytes, tree : Tree, wanted : Wanted) = switch wanted {
    case (#nothing) writeHash(out, tree);
    case (#all) writeAll(out, tree);
    case (#children children) writeChildren(out, tree, shown(tree, children));
  };

  /// The children to show: the wanted ones, and for an absent one its neighbours.
  func shown(tree : Tree, children : [(Blob, Wanted)]) : [(Blob, Wanted)] {
    let list = List.empty<(Blob, Wanted)>();
    for ((name, wanted) in children.vals()) {
      let (landed, next) = land(tree, name);
      if (landed == ?name) List.add(list, (name, wanted)) else {
        addNeighbour(list, landed);
        addNeighbour(list, next);
      };
    };
    List.toArray(list);
  };

  func addNeighbour(list : List.List<(Blob, Wanted)>, name : ?Blob) = switch name {
    case (?found) List.add(list, (found, #nothing));
    case null {};
  };

  /// The greatest label that is not above the name (or the first of all), and the one that follows.
  func land(tree : Tree, name : Blob) : (?Blob, ?Blob) {
    var at = tree;
    var next : ?Blob = null;
    loop {
      switch at {
        case (#fork {left; right; split}) {
          if (Blob.less(name, split)) {
            next := ?split;
            at := left;
          } else at := right;
        };
        case (#labeled labeled) return (?labeled.name, next);
        case _ return (null, null);
      };
    };
  };

  func writeChildren(out : Bytes.Bytes, tree : Tree, children : [(Blob, Wanted)]) {
    if (children.size() == 0) return writeHash(out, tree);
    switch tree {
      case (#fork {left; right; split}) {
        Bytes.blob(out, "\83\01");
        writeChildren(out, left, Array.filter<(Blob, Wanted)>(children, func((name, _)) = Blob.less(name, split)));
        writeChildren(out, right, Array.filter<(Blob, Wanted)>(children, func((name, _)) = not Blob.less(name, split)));
      };
      case (#labeled {name; content}) {
        Bytes.blob(out, "\83\02");
        writeString(out, name);
        write(out, content, strongest(children));
      };
      case _ writeHash(out, tree);
    };
  };

  /// A label may be wanted and at the same time be the neighbour of an absent one.
  func strongest(children : [(Blob, Wanted)]) : Wanted = switch (Array.find<(Blob, Wanted)>(children, func((_, wanted)) = wanted != #nothing)) {
    case (?(_, wanted)) wanted;
    case null #nothing;
  };

  func writeAll(out : Bytes.Bytes, tree : Tree) = switch tree {
    case (#empty) writeHash(out, tree);
    case (#fork {left; right}) {
      Bytes.blob(out, "\83\01");
      writeAll(out, left);
      writeAll(out, right);
    };
    case (#labeled {name; content}) {
      Bytes.blob(out, "\83\02");
      writeString(out, name);
      writeAll(out, content);
    };
    case (#leaf {value}) {
      Bytes.blob(out, "\82\03");
      writeString(out, value);
    };
  };

  func writeHash(out : Bytes.Bytes, tree : Tree) = switch tree {
    case (#empty) Bytes.blob(out, "\81\00");
    case _ {
      Bytes.blob(out, "\82\04");
      writeString(out, hashOf(tree));
    };
  };

  /// CBOR byte string; labels and values here are shorter than 64 KiB.
  func writeString(out : Bytes.Bytes, value : Blob) {
    writeHead(out, 0x40, value.size());
    Bytes.blob(out, value);
  };

  public func writeHead(out : Bytes.Bytes, major : Nat8, size : Nat) {
    if (size < 24) return Bytes.byte(out, major + Nat8.fromNat(size));
    if (size < 256) {
      Bytes.byte(out, major + 24);
      return Bytes.byte(out, Nat8.fromNat(size));
    };
    Bytes.byte(out, major + 25);
    let (high, low) = Nat16.explode(Nat16.fromNat(size));
    Bytes.byte(out, high);
    Bytes.byte(out, low);
  };
};
