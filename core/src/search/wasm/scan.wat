;; Finds a needle in a run of names, each ended by a NUL. `npm run generate` turns this file into `scan-bytes.ts`.
(module
  ;; At most 2 GiB, so that addresses are positive numbers everywhere.
  (memory (export "memory") 1 32767)

  ;; The 64 bytes of four vectors, each all ones or all zeros, as one bit each.
  (func $bits (param $a v128) (param $b v128) (param $c v128) (param $d v128) (result i64)
    (i64.or
      (i64.or
        (i64.extend_i32_u (i8x16.bitmask (local.get $a)))
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $b))) (i64.const 16)))
      (i64.or
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $c))) (i64.const 32))
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $d))) (i64.const 48)))))

  ;; Looks from $at, where name number $row begins, up to $end for every occurrence. Writes to $out, 4 bytes for each and
  ;; at most $max of them, the number of the name times 4 plus where in the name it stands: 0 at its start, with its end
  ;; or a dot behind; 1 at its start; 2 at the start of a word; 3 inside one. Returns how many it wrote.
  ;;
  ;; $kinds is a table of 256 bytes: 0 for a byte that stands between words; two neighbours of one other kind are in one word.
  ;; The needle holds no NUL and is not empty. A NUL precedes the first name, and $length + 64 NULs follow $end.
  (func (export "scan")
    (param $at i32) (param $row i32) (param $end i32) (param $needle i32) (param $length i32) (param $kinds i32)
    (param $out i32) (param $max i32)
    (result i32)
    (local $tail i32) (local $half i32) (local $first v128) (local $middle v128) (local $last v128) (local $zero v128)
    (local $middleAt i32) (local $lastAt i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $ends i64) (local $candidates i64)
    (local $bit i64) (local $hit i32) (local $i i32) (local $before i32) (local $behind i32) (local $kind i32) (local $count i32)

    (local.set $tail (i32.sub (local.get $length) (i32.const 1)))
    (local.set $first (v128.load8_splat (local.get $needle)))
    (local.set $last (v128.load8_splat (i32.add (local.get $needle) (local.get $tail))))
    (local.set $half (i32.shr_u (local.get $tail) (i32.const 1)))
    (local.set $middle (v128.load8_splat (i32.add (local.get $needle) (local.get $half))))

    (loop $blocks
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (local.get $count))))

      (local.set $a (v128.load offset=0 (local.get $at)))
      (local.set $b (v128.load offset=16 (local.get $at)))
      (local.set $c (v128.load offset=32 (local.get $at)))
      (local.set $d (v128.load offset=48 (local.get $at)))
      ;; The places in this block where a name ends.
      (local.set $ends
        (call $bits
          (i8x16.eq (local.get $a) (local.get $zero))
          (i8x16.eq (local.get $b) (local.get $zero))
          (i8x16.eq (local.get $c) (local.get $zero))
          (i8x16.eq (local.get $d) (local.get $zero))))
      ;; The places where the first byte of the needle stands and, at their distance, the middle one and the last.
      (local.set $lastAt (i32.add (local.get $at) (local.get $tail)))
      (local.set $middleAt (i32.add (local.get $at) (local.get $half)))
      (local.set $candidates
        (call $bits
          (v128.and
            (v128.and
              (i8x16.eq (local.get $a) (local.get $first))
              (i8x16.eq (v128.load offset=0 (local.get $middleAt)) (local.get $middle)))
            (i8x16.eq (v128.load offset=0 (local.get $lastAt)) (local.get $last)))
          (v128.and
            (v128.and
              (i8x16.eq (local.get $b) (local.get $first))
              (i8x16.eq (v128.load offset=16 (local.get $middleAt)) (local.get $middle)))
            (i8x16.eq (v128.load offset=16 (local.get $lastAt)) (local.get $last)))
          (v128.and
            (v128.and
              (i8x16.eq (local.get $c) (local.get $first))
              (i8x16.eq (v128.load offset=32 (local.get $middleAt)) (local.get $middle)))
            (i8x16.eq (v128.load offset=32 (local.get $lastAt)) (local.get $last)))
          (v128.and
            (v128.and
              (i8x16.eq (local.get $d) (local.get $first))
              (i8x16.eq (v128.load offset=48 (local.get $middleAt)) (local.get $middle)))
            (i8x16.eq (v128.load offset=48 (local.get $lastAt)) (local.get $last)))))

      (loop $each
        (if (i64.ne (local.get $candidates) (i64.const 0))
          (then
            (local.set $bit (i64.ctz (local.get $candidates)))
            (local.set $candidates
              (i64.and (local.get $candidates) (i64.sub (local.get $candidates) (i64.const 1))))
            (local.set $hit (i32.add (local.get $at) (i32.wrap_i64 (local.get $bit))))

            (local.set $i (i32.const 1))
            (loop $compare
              (if (i32.lt_u (local.get $i) (local.get $tail))
                (then
                  (br_if $each
                    (i32.ne
                      (i32.load8_u (i32.add (local.get $hit) (local.get $i)))
                      (i32.load8_u (i32.add (local.get $needle) (local.get $i)))))
                  (local.set $i (i32.add (local.get $i) (i32.const 1)))
                  (br $compare))))

            (local.set $before (i32.load8_u (i32.sub (local.get $hit) (i32.const 1))))
            (local.set $behind (i32.load8_u (i32.add (local.get $hit) (local.get $length))))
            (local.set $kind (i32.load8_u (i32.add (local.get $kinds) (local.get $before))))
            (i32.store
              (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2)))
              (i32.or
                (i32.shl
                  (i32.add
                    (local.get $row)
                    ;; The names that end in this block before the hit.
                    (i32.wrap_i64
                      (i64.popcnt
                        (i64.and
                          (local.get $ends)
                          (i64.sub (i64.shl (i64.const 1) (local.get $bit)) (i64.const 1))))))
                  (i32.const 2))
                (select
                  (i32.and
                    (i32.ne (local.get $behind) (i32.const 0))
                    (i32.ne (local.get $behind) (i32.const 0x2e)))
                  (i32.add
                    (i32.const 2)
                    (i32.and
                      (i32.ne (local.get $kind) (i32.const 0))
                      (i32.eq
                        (local.get $kind)
                        (i32.load8_u (i32.add (local.get $kinds) (i32.load8_u (local.get $hit)))))))
                  (i32.eqz (local.get $before)))))
            (local.set $count (i32.add (local.get $count) (i32.const 1)))
            (br_if $each (i32.lt_u (local.get $count) (local.get $max)))
            (return (local.get $count)))))

      (local.set $row (i32.add (local.get $row) (i32.wrap_i64 (i64.popcnt (local.get $ends)))))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (br $blocks))
    (unreachable))

  ;; Keeps of the first $count hits, as `scan` writes them, those whose names hold another needle too, moves them to the
  ;; front and returns how many they are. $starts has for each hit the address of its name.
  (func (export "keep")
    (param $hits i32) (param $starts i32) (param $count i32) (param $needle i32) (param $length i32)
    (result i32)
    (local $tail i32) (local $first v128) (local $last v128) (local $zero v128) (local $block v128)
    (local $at i32) (local $ends i32) (local $candidates i32) (local $place i32) (local $i i32) (local $j i32) (local $kept i32)

    (local.set $tail (i32.sub (local.get $length) (i32.const 1)))
    (local.set $first (v128.load8_splat (local.get $needle)))
    (local.set $last (v128.load8_splat (i32.add (local.get $needle) (local.get $tail))))

    (loop $names
      (if (i32.ge_u (local.get $i) (local.get $count)) (then (return (local.get $kept))))
      (local.set $at (i32.load (i32.add (local.get $starts) (i32.shl (local.get $i) (i32.const 2)))))

      (block $name
        (loop $blocks
          (local.set $block (v128.load (local.get $at)))
          (local.set $ends (i8x16.bitmask (i8x16.eq (local.get $block) (local.get $zero))))
          ;; Where the needle's first byte stands and, at its distance, the last one; only before the end of the name.
          (local.set $candidates
            (i32.and
              (i8x16.bitmask
                (v128.and
                  (i8x16.eq (local.get $block) (local.get $first))
                  (i8x16.eq (v128.load (i32.add (local.get $at) (local.get $tail))) (local.get $last))))
              (i32.sub
                (i32.and (local.get $ends) (i32.sub (i32.const 0) (local.get $ends)))
                (i32.const 1))))

          (loop $each
            (if (i32.ne (local.get $candidates) (i32.const 0))
              (then
                (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $candidates))))
                (local.set $candidates
                  (i32.and (local.get $candidates) (i32.sub (local.get $candidates) (i32.const 1))))
                (local.set $j (i32.const 1))
                (loop $compare
                  (if (i32.lt_u (local.get $j) (local.get $tail))
                    (then
                      (br_if $each
                        (i32.ne
                          (i32.load8_u (i32.add (local.get $place) (local.get $j)))
                          (i32.load8_u (i32.add (local.get $needle) (local.get $j)))))
                      (local.set $j (i32.add (local.get $j) (i32.const 1)))
                      (br $compare))))
                (i32.store
                  (i32.add (local.get $hits) (i32.shl (local.get $kept) (i32.const 2)))
                  (i32.load (i32.add (local.get $hits) (i32.shl (local.get $i) (i32.const 2)))))
                (local.set $kept (i32.add (local.get $kept) (i32.const 1)))
                (br $name))))

          (br_if $name (i32.ne (local.get $ends) (i32.const 0)))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $blocks)))

      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $names))
    (unreachable)))
