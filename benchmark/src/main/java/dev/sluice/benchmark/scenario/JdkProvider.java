package dev.sluice.benchmark.scenario;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import tools.jackson.databind.node.ObjectNode;

/** The same calls with the JDK's client, which workers used once. */
public final class JdkProvider implements MessageProvider {
  private final WhatsAppConfig config;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** Creates a provider that calls the configured address. */
  public JdkProvider(WhatsAppConfig config) {
    this.config = config;
  }

  @Override
  public SendOutcome send(OutgoingMessage message, Permit permit) {
    ObjectNode body = message.message().deepCopy().asObject();
    body.put("messaging_product", "whatsapp");
    body.put("recipient_type", "individual");
    body.put("to", message.to());
    body.put("biz_opaque_callback_data", message.callbackData());
    HttpRequest request =
        HttpRequest.newBuilder(
                config
                    .baseUrl()
                    .resolve("/" + config.apiVersion() + "/" + message.address() + "/messages"))
            .timeout(config.answerTimeout())
            .header("Authorization", "Bearer " + config.accessToken())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(Json.write(body)))
            .build();
    permit.await();
    try {
      HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
      String id =
          Json.MAPPER.readTree(answer.body()).path("messages").path(0).path("id").asString("");
      return answer.statusCode() == 200
          ? new SendOutcome.Accepted(id)
          : new SendOutcome.InDoubt("HTTP " + answer.statusCode());
    } catch (IOException e) {
      return new SendOutcome.InDoubt(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new SendOutcome.InDoubt("interrupted");
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
