package dev.sluice.console.notification;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.local.SelfSignedCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Another program's server, which checks signatures by itself and answers as a test says. */
final class Receiver implements AutoCloseable {
  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private final HttpServer server;
  private final @Nullable SelfSignedCertificate certificate;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Answer> next = new ArrayDeque<>();
  private final List<Post> posts = new CopyOnWriteArrayList<>();
  private volatile Answer usual = new Answer(204, Duration.ZERO);

  /** How a post is answered. */
  record Answer(int status, Duration after) {}

  /** What arrived, and with which status it was answered. */
  record Post(String path, String id, long timestamp, boolean signed, String body, int status) {}

  private Receiver(HttpServer server, @Nullable SelfSignedCertificate certificate) {
    this.server = server;
    this.certificate = certificate;
    server.setExecutor(threads);
    server.createContext("/", this::take);
    server.start();
  }

  static Receiver plain() throws IOException {
    return new Receiver(HttpServer.create(anyPort(), 0), null);
  }

  static Receiver secure(SelfSignedCertificate certificate) throws IOException {
    HttpsServer server = HttpsServer.create(anyPort(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(certificate.forServer()));
    return new Receiver(server, certificate);
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** Answers the next posts like this, one after another, and then as usual. */
  synchronized void next(Answer... answers) {
    next.addAll(List.of(answers));
  }

  /** Answers like this whenever nothing else is said. */
  void usually(int status) {
    usual = new Answer(status, Duration.ZERO);
  }

  private synchronized Answer answer() {
    Answer answer = next.poll();
    return answer == null ? usual : answer;
  }

  private void take(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String id = exchange.getRequestHeaders().getFirst("webhook-id");
    String time = exchange.getRequestHeaders().getFirst("webhook-timestamp");
    String given = exchange.getRequestHeaders().getFirst("webhook-signature");
    Answer answer = answer();
    try {
      Thread.sleep(answer.after());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    posts.add(
        new Post(
            exchange.getRequestURI().toString(),
            id,
            Long.parseLong(time),
            given.equals(signature(id + "." + time + "." + body)),
            body,
            answer.status()));
    if (answer.status() / 100 == 3) {
      exchange.getResponseHeaders().add("Location", "/elsewhere");
    }
    exchange.sendResponseHeaders(answer.status(), -1);
    exchange.close();
  }

  private static String signature(String signed) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      byte[] key = Base64.getDecoder().decode(SECRET.substring("whsec_".length()));
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] hmac = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(hmac);
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns all posts so far. */
  List<Post> posts() {
    return List.copyOf(posts);
  }

  /** Returns what it has taken. */
  List<Post> taken() {
    return posts.stream().filter(post -> post.status() == 204).toList();
  }

  Destination destination() {
    return Destination.of(
        URI.create(
            (certificate == null ? "http" : "https")
                + "://localhost:"
                + server.getAddress().getPort()
                + "/sluice?tenant=7"),
        SECRET,
        Optional.ofNullable(certificate).map(SelfSignedCertificate::file),
        false,
        List.of("started", "completed", "fault"));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
