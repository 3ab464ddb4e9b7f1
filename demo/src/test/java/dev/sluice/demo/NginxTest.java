package dev.sluice.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.local.FreePort;
import dev.sluice.local.SelfSignedCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * Has nginx read and run the server that security.md suggests, in front of a server of this test.
 */
@EnabledIf("dev.sluice.demo.Checker#nginxIsThere")
class NginxTest {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```nginx\\n(.*?)^```$");
  private static final int MORE_THAN_USUAL = 3_000_000;

  /** What came from nginx. */
  private record Arrived(String host, boolean namesUser, int bytes) {}

  @TempDir private Path folder;

  private final int port = FreePort.next();
  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
  private final CountDownLatch firstEventSeen = new CountDownLatch(1);

  @Test
  void documentedServerPassesOnWhatThePageNeeds() throws Exception {
    HttpServer behind =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    behind.createContext("/", this::answer);
    behind.start();
    SelfSignedCertificate certificate =
        SelfSignedCertificate.writtenTo(folder.resolve("sluice.pem"));
    Files.writeString(folder.resolve("sluice.key"), certificate.privateKey());
    Files.writeString(folder.resolve("nginx.conf"), configuration(behind.getAddress().getPort()));

    Checker.Verdict verdict = Checker.NGINX.run(folder, arguments("-t"));
    assertThat(verdict.exitCode()).as(verdict.words()).isZero();

    Process nginx = Checker.NGINX.start(folder, arguments());
    try (HttpClient client = HttpClient.newBuilder().sslContext(trusting(certificate)).build()) {
      await()
          .until(() -> !nginx.isAlive() || !FreePort.free(InetAddress.getLoopbackAddress(), port));
      importAndWatch(client);
    } finally {
      nginx.destroyForcibly().waitFor();
      behind.stop(0);
    }
  }

  private void importAndWatch(HttpClient client) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/events"))
            .header("X-Forwarded-User", "somebody else")
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[MORE_THAN_USUAL]))
            .build();
    HttpResponse<InputStream> response =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream events = response.body()) {
      assertThat(events.readNBytes(5)).asString().isEqualTo("first");
      firstEventSeen.countDown();
      assertThat(events.readAllBytes()).asString().isEqualTo("second");
    }
    assertThat(arrived).containsExactly(new Arrived("localhost", false, MORE_THAN_USUAL));
  }

  /** Sends the second event only after the first has been seen. */
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      arrived.add(
          new Arrived(
              exchange.getRequestHeaders().getFirst("Host"),
              exchange.getRequestHeaders().containsKey("X-Forwarded-User"),
              exchange.getRequestBody().readAllBytes().length));
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write("first".getBytes(UTF_8));
      exchange.getResponseBody().flush();
      if (firstEventSeen.await(30, TimeUnit.SECONDS)) {
        exchange.getResponseBody().write("second".getBytes(UTF_8));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String[] arguments(String... more) {
    return Stream.concat(
            Stream.of("-p", folder.toString(), "-e", "stderr", "-c", "nginx.conf"), Stream.of(more))
        .toArray(String[]::new);
  }

  private String configuration(int behind) throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(Path.of("..", "docs", "security.md")));
    assertThat(block.find()).isTrue();
    String server = block.group(1);
    assertThat(server).contains("listen 443 ssl;", "http://127.0.0.1:8080;", "/etc/ssl/sluice.pem");
    return """
    daemon off;
    master_process off;
    pid nginx.pid;
    events {}
    http {
      access_log off;
      client_body_temp_path body;
      proxy_temp_path proxy;
      fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi;
      scgi_temp_path scgi;
      %s
    }
    """
        .formatted(
            server
                .replace("listen 443 ssl;", "listen 127.0.0.1:" + port + " ssl;")
                .replace("127.0.0.1:8080", "127.0.0.1:" + behind)
                .replace("/etc/ssl/", folder + "/"));
  }

  private static SSLContext trusting(SelfSignedCertificate certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream file = Files.newInputStream(certificate.file())) {
      trusted.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
