package dev.sluice.console.http;

import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;

/** The problem reported to a client whose body did not arrive whole. */
final class BrokenBody {
  private BrokenBody() {}

  /**
   * Returns 400 if the body is not what its head announced, 408 if the rest of it does not arrive.
   */
  static ProblemException problem(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof HttpException) {
        return ProblemException.badRequest(
            "The body is not as the request's head announces it; nothing was saved.");
      }
      if (cause instanceof TimeoutException) {
        return ProblemException.requestTimeout(
            "The rest of the body did not arrive; nothing was saved.");
      }
    }
    return ProblemException.requestTimeout("The body broke off; nothing was saved.");
  }
}
