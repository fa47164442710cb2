/** How plans are wrong, by address: `unknown → changed`, or the sentences of plan and apply. */
export type Wrong = Readonly<Record<string, string>>

/** Exceptions by why they are some, and by the name of the case. */
export type Exceptions = Readonly<Record<string, Readonly<Record<string, Wrong>>>>
