using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Messaging.Log;

internal static class SnakeCase
{
    /// <summary>Columns in the database's own style, so that SQL beside the code reads without quotes.</summary>
    public static void UseSnakeCase(this ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes())
        {
            if (!entity.IsOwned() && entity.GetTableName() is { } table)
                entity.SetTableName(JsonNamingPolicy.SnakeCaseLower.ConvertName(table));
            foreach (var property in entity.GetProperties())
                property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.GetColumnName()));
            foreach (var key in entity.GetKeys())
                key.SetName(JsonNamingPolicy.SnakeCaseLower.ConvertName(key.GetName()!));
            foreach (var foreignKey in entity.GetForeignKeys())
                foreignKey.SetConstraintName(JsonNamingPolicy.SnakeCaseLower.ConvertName(foreignKey.GetConstraintName()!));
            foreach (var index in entity.GetIndexes())
                index.SetDatabaseName(JsonNamingPolicy.SnakeCaseLower.ConvertName(index.GetDatabaseName()!));
        }
    }
}
