/** The commit that the remote has. */
export const wanted = 'b'.repeat(40)

/** A checkout of this repository with nothing to do. */
export const checkoutOf = (repo: string) => ({
  owner: { name: 'webhook', id: '990' },
  head: wanted,
  remote: repo,
  changed: [],
  unwanted: [],
  unpushed: 0,
  locks: [],
  holder: null,
  submodules: [],
  ahead: [],
  branches: [],
  underWay: null,
})
