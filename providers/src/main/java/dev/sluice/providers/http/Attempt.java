package dev.sluice.providers.http;

import java.io.IOException;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;

/** What is known of a call that may fail: whether the provider can have seen any of it, and why. */
final class Attempt extends HttpClientContext {
  private volatile boolean begun;
  private volatile boolean late;

  /** Whether a connection was ready and the request was about to be written to it. */
  boolean begun() {
    return begun;
  }

  /** Whether it was ended because its time was over. */
  boolean late() {
    return late;
  }

  void setLate() {
    late = true;
  }

  /** Notes when a request begins to be written. */
  static final class Noting extends HttpRequestExecutor {
    @Override
    public ClassicHttpResponse execute(
        ClassicHttpRequest request,
        HttpClientConnection connection,
        HttpResponseInformationCallback information,
        HttpContext context)
        throws IOException, HttpException {
      // CONNECT asks a proxy for a connection to the provider.
      if (context instanceof Attempt attempt && !request.getMethod().equals("CONNECT")) {
        attempt.begun = true;
      }
      return super.execute(request, connection, information, context);
    }
  }
}
