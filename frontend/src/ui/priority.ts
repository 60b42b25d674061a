/** The parts a priority is the sum of, in words. */

const KNOWN = new Set(['urgency', 'type', 'sentiment', 'reach', 'level', 'repeat'])

/** `reason` is the server's list of part names, largest first; what is not a known name is shown as it came. */
export function priorityWords(reason: string, translate: (key: string) => string, separator: string): string {
  return reason
    .split(', ')
    .filter((part) => part !== '')
    .map((part) => (KNOWN.has(part) ? translate(`priorityPart.${part}`) : part))
    .join(separator)
}
