package dev.sluice.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;

/** Another program, to which the console posts events. */
final class PostedEvents implements AutoCloseable {
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  PostedEvents() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::take);
    server.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    events.add(Json.MAPPER.readTree(exchange.getRequestBody().readAllBytes()));
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  /** Returns the first event of a campaign. */
  Optional<JsonNode> of(UUID campaign) {
    return events.stream()
        .filter(event -> event.at("/data/campaignId").asString().equals(campaign.toString()))
        .findFirst();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
