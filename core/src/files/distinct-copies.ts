/**
 * Identifies the file of an entry `e`. Two entries are one file if they have the same inode on one volume, because of
 * hard links or a folder that is mounted twice. Deleting one of them would free nothing, and might delete the other.
 * If the file system has no inodes, every entry counts as its own file.
 */
export const OBJECT = `case when ifnull(e.inode, 0) = 0 then -e.id else d.volume_id end`

/** Contents with more than one copy, see `OBJECT`. */
export const DISTINCT_COPIES = `
  select content_id, count(*) as n from (
    select e.content_id, e.inode, ${OBJECT} as place
    from entries e join directories d on d.id = e.parent_id
    where e.content_id in (select content_id from entries where content_id is not null group by content_id having count(*) > 1)
    group by e.content_id, e.inode, place
  ) group by content_id having n > 1`
