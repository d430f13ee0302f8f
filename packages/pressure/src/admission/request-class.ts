/** How much a request matters: `background` is shed first, `essential` last. */
export type RequestClass = 'essential' | 'standard' | 'background'

/** Every class, from the most to the least important. */
export const requestClasses: readonly ['essential', 'standard', 'background'] = [
  'essential',
  'standard',
  'background',
]

/** Whether a value is one of the three classes. */
export function isRequestClass(value: unknown): value is RequestClass {
  return requestClasses.includes(value as RequestClass)
}
