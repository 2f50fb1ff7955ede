;; Compares sketches bit by bit. `npm run generate` turns this file into `hamming-bytes.ts`.
(module
  ;; A little more than MAX_SKETCH_BYTES.
  (memory (export "memory") 1 4100)

  ;; Writes to $out, 2 bytes for each, in how many bits each of $count sketches from $at on differs from that at $query. A
  ;; sketch has $bytes bytes, a multiple of 16 and at most 4,096.
  (func (export "distances") (param $at i32) (param $count i32) (param $bytes i32) (param $query i32) (param $out i32)
    (local $stop i32) (local $end i32) (local $asked i32) (local $sum v128)
    (local.set $stop (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 1))))
    (loop $sketches
      (if (i32.ge_u (local.get $out) (local.get $stop)) (then (return)))
      (local.set $sum (v128.const i32x4 0 0 0 0))
      (local.set $asked (local.get $query))
      (local.set $end (i32.add (local.get $at) (local.get $bytes)))
      (loop $lanes
        (local.set $sum
          (i16x8.add
            (local.get $sum)
            (i16x8.extadd_pairwise_i8x16_u
              (i8x16.popcnt (v128.xor (v128.load (local.get $at)) (v128.load (local.get $asked)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $asked (i32.add (local.get $asked) (i32.const 16)))
        (br_if $lanes (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $sum (i32x4.extadd_pairwise_i16x8_u (local.get $sum)))
      (i32.store16
        (local.get $out)
        (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
          (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))
      (local.set $out (i32.add (local.get $out) (i32.const 2)))
      (br $sketches))))
