export interface GeneratedQuiz {
  readonly text: string
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number }
}

/** Asks the language model for a quiz; slow and paid for by the token, so worth remembering. */
export async function generateQuiz(
  modelUrl: string,
  topic: string,
  level: string,
): Promise<GeneratedQuiz> {
  const response = await fetch(modelUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: `Write a ${level} quiz about ${topic}.` }),
  })
  if (!response.ok) throw new Error(`the model answered ${response.status}`)
  return (await response.json()) as GeneratedQuiz
}
