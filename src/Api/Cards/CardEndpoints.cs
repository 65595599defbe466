using System.Security.Cryptography;
using System.Text;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Cards;

internal static class CardEndpoints
{
    public const string MarkdownType = "text/markdown";

    public static void MapCards(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder checkpoints = app.MapGroup("/v1/checkpoints/{reference}").WithTags("Checkpoints").RequireRole(Roles.Reader);
        checkpoints.MapGet("card", Get)
            .WithName("getCard")
            .WithSummary("The model card: what the network is, its data, losses, evaluations, verification and limits")
            .Answers(200, "The card, each number with what measured it.")
            .AnswersContentEntityTag("the card")
            .ProducesProblems(ProblemType.CheckpointNotFound, ProblemType.CheckpointDamaged);
        checkpoints.MapGet("card.md", GetMarkdown)
            .WithName("getCardMarkdown")
            .WithSummary("The model card as Markdown")
            .Produces(200, contentType: MarkdownType)
            .Answers(200, "The card.")
            .AnswersEntityTag("the card, by its text")
            .ProducesProblems(ProblemType.CheckpointNotFound, ProblemType.CheckpointDamaged);
    }

    private static async Task<Results<Ok<CardResponse>, ProblemHttpResult>> Get(
        string reference, CardBuilder cards, CancellationToken token) =>
        (await cards.BuildAsync(reference, token)).TryGet(out CardResponse? card, out ProblemHttpResult? problem)
            ? TypedResults.Ok(card)
            : problem;

    private static async Task<Results<ContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> GetMarkdown(
        string reference, CardBuilder cards, HttpContext context, CancellationToken token)
    {
        if (!(await cards.BuildAsync(reference, token)).TryGet(out CardResponse? card, out ProblemHttpResult? problem))
        {
            return problem;
        }

        string text = CardMarkdown.Render(card);
        string tag = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
        return context.IsKnown(tag, MarkdownType)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Text(text, $"{MarkdownType}; charset=utf-8");
    }
}
