import { invalidArgument } from '@cultus/core'

/**
 * The tags that a caller gave an entry, each once; `undefined` for none.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` when they are no array of non-empty strings.
 */
export function tagsArgument(tags: unknown): readonly string[] | undefined {
  if (tags === undefined) return undefined
  if (!Array.isArray(tags) || !tags.every(isTag))
    throw invalidArgument('tags', 'be an array of non-empty strings', tags)
  if (tags.length === 0) return undefined
  // A copy in any case: the caller may change it while the value is loaded.
  return [...new Set<string>(tags)]
}

function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag !== ''
}
