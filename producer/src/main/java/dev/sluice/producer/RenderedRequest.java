package dev.sluice.producer;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.RecipientPages;
import dev.sluice.producer.sql.Texts;
import dev.sluice.providers.Providers;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The record to write for one recipient of a page, before its lane is chosen. */
sealed interface RenderedRequest {

  /**
   * A message to be sent.
   *
   * @param bytes how much memory it takes, roughly, bytes
   * @param before the returned request, or null if this is the first
   */
  record Message(
      CampaignRepository.Campaign campaign,
      RecipientPages.Recipient recipient,
      JsonNode body,
      int bytes,
      @Nullable ReturnedRequest before)
      implements RenderedRequest {

    SendRequest through(CampaignRepository.Sender sender, int lane) {
      return new SendRequest(
          recipient.id(),
          campaign.id(),
          recipient.round(),
          sender.identity(),
          lane,
          sender.rates().permitsPerSecond(lane),
          recipient.phone(),
          body,
          campaign.onDoubt(),
          before == null ? 0 : before.attempts(),
          before == null ? null : before.notBefore(),
          before == null ? null : before.firstTriedAt(),
          null,
          recipient.externalId());
    }
  }

  /** Nothing to send; only a result is written. */
  record Settled(SendResult result) implements RenderedRequest {
    @Override
    public int bytes() {
      return 0;
    }
  }

  /** Returns how much memory it takes until it is written, roughly, bytes. */
  int bytes();

  /** Renders the campaign's message for a recipient, or gives the reason why there is none. */
  static RenderedRequest to(
      CampaignRepository.Campaign campaign,
      CampaignRepository.Sender sender,
      RecipientPages.Recipient recipient,
      @Nullable ReturnedRequest before,
      Instant now) {
    if (recipient.suppressed()) {
      return new Settled(
          result(campaign, recipient, before, RecipientStatus.SUPPRESSED, null, null, now));
    }
    Optional<Map<String, String>> variables = recipient.variables(campaign.template().variables());
    if (variables.isEmpty()) {
      return failed(
          campaign,
          recipient,
          before,
          "variables_too_large",
          "the recipient's variables are longer than "
              + RecipientPages.LONGEST_VARIABLES
              + " bytes",
          now);
    }
    return switch (campaign.template().render(variables.get())) {
      case MessageTemplate.Complete(var message, int characters) -> {
        Optional<String> problem = Providers.rules(sender.identity().provider()).problem(message);
        yield problem.isPresent()
            ? failed(campaign, recipient, before, "invalid_message", problem.get(), now)
            : new Message(
                campaign,
                recipient.withoutVariables(),
                message,
                campaign.template().bytes() + characters,
                before);
      }
      case MessageTemplate.MissingVariable(String name) ->
          failed(
              campaign,
              recipient,
              before,
              "missing_variable",
              "the recipient has no variable \"" + name + "\"",
              now);
      case MessageTemplate.TooLong(int longest) ->
          failed(
              campaign,
              recipient,
              before,
              "message_too_long",
              "the message is longer than " + longest + " characters",
              now);
    };
  }

  /** Returns the result of a person who has had as many messages as a frequency cap allows. */
  static RenderedRequest capped(
      CampaignRepository.Campaign campaign,
      RecipientPages.Recipient recipient,
      @Nullable ReturnedRequest before,
      String caps,
      Instant now) {
    return new Settled(
        result(campaign, recipient, before, RecipientStatus.SUPPRESSED, "capped", caps, now));
  }

  private static RenderedRequest failed(
      CampaignRepository.Campaign campaign,
      RecipientPages.Recipient recipient,
      @Nullable ReturnedRequest before,
      String code,
      String detail,
      Instant now) {
    return new Settled(
        result(
            campaign,
            recipient,
            before,
            RecipientStatus.FAILED,
            code,
            Texts.shortened(detail),
            now));
  }

  private static SendResult result(
      CampaignRepository.Campaign campaign,
      RecipientPages.Recipient recipient,
      @Nullable ReturnedRequest before,
      RecipientStatus status,
      @Nullable String code,
      @Nullable String detail,
      Instant now) {
    return SendResult.of(recipient.id(), campaign.id(), recipient.round(), status, now)
        .error(code, detail)
        .attempts(before == null ? 0 : before.attempts())
        .externalId(recipient.externalId())
        .build();
  }
}
