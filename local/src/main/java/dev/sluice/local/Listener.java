package dev.sluice.local;

import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** The simulator's listening port, which can be closed and reopened. */
final class Listener implements AutoCloseable {
  private final Javalin server;
  private final boolean secure;
  private final ServerConnector connector;

  /** Starts listening. */
  Listener(ListenerConfig config, Consumer<RoutesConfig> routes) {
    secure = config.certificate() != null;
    List<ServerConnector> connectors = new ArrayList<>();
    server =
        Javalin.create(settings -> {
          settings.startup.showJavalinBanner = false;
          settings.concurrency.useVirtualThreads = true;
          settings.http.maxRequestSize = 1_000_000;
          settings.jetty.addConnector((jetty, http) -> {
            ServerConnector created = connector(config, jetty, http);
            connectors.add(created);
            return created;
          });
          routes.accept(settings.routes);
        });
    server.start();
    connector = connectors.getFirst();
  }

  private static ServerConnector connector(
      ListenerConfig config, Server jetty, HttpConfiguration http) {
    ServerConnector connector = new ServerConnector(jetty, protocols(config.certificate(), http));
    connector.setHost(config.loopbackOnly() ? "localhost" : "0.0.0.0");
    connector.setPort(config.port());
    // A worker opens hundreds of connections at once.
    connector.setAcceptQueueSize(4096);
    connector.setIdleTimeout(config.idleTimeout().toMillis());
    return connector;
  }

  private static ConnectionFactory[] protocols(
      @Nullable SelfSignedCertificate certificate, HttpConfiguration http) {
    HttpConnectionFactory plain = new HttpConnectionFactory(http);
    if (certificate == null) {
      return new ConnectionFactory[] {plain};
    }
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setSslContext(certificate.forServer());
    return new ConnectionFactory[] {new SslConnectionFactory(tls, plain.getProtocol()), plain};
  }

  int port() {
    return server.port();
  }

  String url() {
    return (secure ? "https" : "http") + "://localhost:" + port();
  }

  /** Closes its connections and refuses new ones until {@link #comeBack}. */
  void goAway() {
    int port = port();
    try {
      connector.stop();
      connector.setPort(port);
    } catch (Exception e) {
      throw new IllegalStateException("the simulator does not stop listening", e);
    }
  }

  /** Listens again, on the same port. */
  void comeBack() {
    try {
      connector.start();
    } catch (Exception e) {
      throw new IllegalStateException("the simulator does not listen again", e);
    }
  }

  @Override
  public void close() {
    server.stop();
  }
}
