/**
 * Each folder's sums against those of what is directly in it: if every folder is right about its own, all are right.
 * A row for each folder that is not, with what it says and what it is; bound to how many at the most.
 */
export const WRONG_SUMS = `
  select d.id, cast(d.path as text) as path,
    d.child_count || ' entries, ' || d.file_count || ' files, ' || d.dir_count || ' folders, ' || d.symlink_count || ' links, '
      || d.other_count || ' others, ' || d.total_size || ' bytes' as said,
    s.children || ' entries, ' || s.files || ' files, ' || s.dirs || ' folders, ' || s.symlinks || ' links, '
      || s.others || ' others, ' || s.bytes || ' bytes' as counted
  from directories d join (
    select d.id,
      count(e.id) as children,
      coalesce(sum(e.kind = 0), 0) + coalesce(sum(c.file_count), 0) as files,
      coalesce(sum(e.kind = 1), 0) + coalesce(sum(c.dir_count), 0) as dirs,
      coalesce(sum(e.kind = 2), 0) + coalesce(sum(c.symlink_count), 0) as symlinks,
      coalesce(sum(e.kind = 3), 0) + coalesce(sum(c.other_count), 0) as others,
      coalesce(sum(case when e.kind = 0 then e.size else 0 end), 0) + coalesce(sum(c.total_size), 0) as bytes
    from directories d left join entries e on e.parent_id = d.id left join directories c on c.id = e.id group by d.id
  ) s on s.id = d.id
  where d.child_count <> s.children or d.file_count <> s.files or d.dir_count <> s.dirs or d.symlink_count <> s.symlinks
    or d.other_count <> s.others or d.total_size <> s.bytes
  limit ?`
