import { z } from 'zod'
import { absent, backendFact, present, unknown } from '../../core/fact.js'
import { orUnknown, ownerAndName, type RepositoryKey } from './api.js'
import { github } from './backend.js'

/** What GitHub says of a repository ("Get a repository"). */
export interface Repository {
  /** Nothing of an archived repository can be changed. */
  readonly isArchived: boolean
  /**
   * Whether the token's user administers it. Null where that is not told: an app's token has no
   * user, and all its `permissions` are false.
   */
  readonly isAdmin: boolean | null
}

const shape = z
  .object({
    archived: z.boolean(),
    permissions: z.object({ admin: z.boolean(), pull: z.boolean() }).optional(),
  })
  .transform(
    ({ archived, permissions }): Repository => ({
      isArchived: archived,
      isAdmin: permissions?.pull === true ? permissions.admin : null,
    }),
  )

/** A repository; absent where there is none, or the token may not see it. It is for trials. */
export const repositoryFact = backendFact({
  backend: github,
  name: 'github-repository',
  read: (client, { repo }: RepositoryKey) =>
    orUnknown<Repository>(async () => {
      const answer = await client.get('GET /repos/{owner}/{repo}', ownerAndName(repo))
      if (answer === null) return absent
      const repository = shape.safeParse(answer).data
      return repository === undefined
        ? unknown(
            `GitHub's answer about ${repo} could not be understood`,
            "look whether GITHUB_API_URL leads to GitHub's API, and try again",
          )
        : present(repository)
    }),
})
