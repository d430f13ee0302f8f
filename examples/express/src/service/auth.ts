import type { RequestHandler } from 'express'
import { jwtVerify } from 'jose'

/** Lets a request pass when its bearer token is valid, and leaves the subject in `response.locals.student`. */
export function authenticate(secret: Uint8Array): RequestHandler {
  return async (request, response, next) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
    try {
      const { payload } = await jwtVerify(token, secret, { issuer: 'quiz', algorithms: ['HS256'] })
      response.locals['student'] = payload.sub
    } catch {
      response.status(401).json({ title: 'A valid bearer token is needed' })
      return
    }
    next()
  }
}
